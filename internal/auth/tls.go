package auth

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"strings"
)

// tls reads insecure and cacert_file. These are no part of "host, scope and
// credential": where an entry of clouds.yaml says nothing of them, the
// environment does.
func (r *resolver) tls() TLS {
	insecure, source := r.insecure()
	if insecure {
		r.warn("insecure", "TLS certificates are not verified", "Verification is switched off by %s: any server that answers in the endpoint's place gets the credentials. cacert_file is the safe way to trust a certificate of your own.", source)
	}
	return TLS{Roots: r.roots(), Insecure: insecure}
}

func (r *resolver) insecure() (insecure bool, source string) {
	if r.block.Insecure != nil {
		return *r.block.Insecure, "insecure in " + blockSource
	}
	if v := r.ofCloud((*cloud).verify); v.set() {
		verify, ok := parseBool(v.text)
		if !ok {
			r.fail("cloud", "Invalid clouds.yaml", "verify in %s must be true or false.", v.source)
		}
		return ok && !verify, "verify in " + v.source
	}
	v := r.env.variable(insecureVariables...)
	if !v.set() {
		return false, ""
	}
	insecure, ok := parseBool(v.text)
	if !ok {
		r.fail("insecure", "Invalid insecure", "%s is %q. It must be true or false.", capitalise(v.source), v.text)
	}
	return insecure, v.source
}

// roots reads the certificates that are trusted instead of the system's.
func (r *resolver) roots() *x509.CertPool {
	v := firstSet(fromBlock(r.block.CACertFile), r.ofCloud((*cloud).caCert), r.env.variable(caCertVariables...))
	if !v.set() {
		return nil
	}
	if strings.Contains(v.text, "-----BEGIN") {
		// Not repeated in the error: it may be the file with the private key.
		r.fail("cacert_file", "Invalid cacert_file", "%s gives the text of a certificate. It must give the name of a file.", capitalise(v.source))
		return nil
	}
	pem, err := r.env.readFile(r.env.expandHome(v.text))
	if err != nil {
		r.fail("cacert_file", "Invalid cacert_file", "The file %q, named by %s, can't be read: %s.", v.text, v.source, pathErrorText(err))
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		r.fail("cacert_file", "Invalid cacert_file", "The file %q, named by %s, holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).", v.text, v.source)
		return nil
	}
	return pool
}

// pathErrorText is a file error without the path, which the message has already.
func pathErrorText(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}

// parseBool reads the words for yes and no that OpenStack clients and YAML use.
func parseBool(text string) (result, ok bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1", "t", "y":
		return true, true
	case "false", "no", "off", "0", "f", "n":
		return false, true
	default:
		return false, false
	}
}

// clientConfig is the TLS side of every connection, to SWR and to IAM.
func (t TLS) clientConfig() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		RootCAs:            t.Roots,
		InsecureSkipVerify: t.Insecure,
	}
}
