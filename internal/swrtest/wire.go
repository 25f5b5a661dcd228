package swrtest

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// send writes an answer. The log has its status before the client can.
func (c *call) send(a answer) {
	c.logStatus(a.status)
	c.setHeaders(&a)
	c.w.WriteHeader(a.status)
	if len(a.body) == 0 || !bodyAllowed(a.status) {
		return
	}
	// A failed write means that the client is gone, who is none of ours.
	if _, err := c.w.Write(a.body); err != nil {
		return
	}
}

// setHeaders compresses the body as needed and sets all headers.
func (c *call) setHeaders(a *answer) {
	header := c.w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	if len(header["Content-Type"]) == 0 {
		header["Content-Type"] = nil // else Go's server would guess one
	}
	header.Set("Date", c.now.Format(http.TimeFormat))
	if c.variants.NoDate {
		header["Date"] = nil // else Go's server would set one
	}
	if c.variants.RequestID == RequestIDInHeader {
		header.Set("X-Request-Id", c.requestID)
	}
	if c.variants.Gzip && len(a.body) > 0 && bodyAllowed(a.status) && header.Get("Content-Encoding") == "" &&
		strings.Contains(c.r.Header.Get("Accept-Encoding"), "gzip") {
		a.body = compress(a.body)
		header.Set("Content-Encoding", "gzip")
	}
	if bodyAllowed(a.status) {
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
}

func bodyAllowed(status int) bool {
	return status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified
}

func compress(body []byte) []byte {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	_, writeErr := zip.Write(body)
	if err := zip.Close(); err != nil || writeErr != nil {
		panic("swrtest: writing to memory failed")
	}
	return buf.Bytes()
}

func (c *call) logStatus(status int) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	c.entry.Status = status
}

// wait waits, and says whether the client is still there.
func (c *call) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.r.Context().Done():
		return false
	}
}

// hijack takes the connection over from Go's server. Where there is none to
// take, it aborts the answer, which to a client looks much the same.
func (c *call) hijack() net.Conn {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}

// reset closes the connection with a TCP reset.
func (c *call) reset() {
	conn := c.hijack()
	raw := conn
	if secure, ok := conn.(*tls.Conn); ok {
		raw = secure.NetConn() // a TLS close would say goodbye first
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
	closeQuietly(raw)
}

// cutOff writes an answer up to its middle and closes the connection.
func (c *call) cutOff(a answer) {
	conn := c.hijack()
	defer closeQuietly(conn)
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	if bodyAllowed(a.status) {
		if len(a.body) == 0 {
			a.body = []byte("{}") // of which the first half is sent
		}
		a.header.Set("Date", c.now.Format(http.TimeFormat))
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
		if err := a.header.Write(&out); err != nil {
			panic("swrtest: writing to memory failed")
		}
		out.WriteString("\r\n")
		out.Write(a.body[:len(a.body)/2])
	}
	// The client may be gone already, which is as good as cut off.
	if _, err := conn.Write(out.Bytes()); err != nil {
		return
	}
}

// sendHalf writes an answer up to its middle and waits for the client to go.
func (c *call) sendHalf(a answer) {
	if !bodyAllowed(a.status) {
		c.send(a)
		return
	}
	c.setHeaders(&a)
	if len(a.body) == 0 {
		a.body = []byte("{}")
		c.w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	c.w.WriteHeader(a.status)
	if _, err := c.w.Write(a.body[:len(a.body)/2]); err != nil {
		return
	}
	if err := http.NewResponseController(c.w).Flush(); err != nil {
		return
	}
	<-c.r.Context().Done()
}

// closeQuietly closes a connection that is given up: its error tells nothing.
func closeQuietly(conn io.Closer) {
	if err := conn.Close(); err != nil {
		return
	}
}

// stream answers 200 with JSON of about a size, a piece at a time.
func (c *call) stream(size int64) {
	c.logStatus(http.StatusOK)
	before, after := `{"description":"`, `"}`
	if c.isList() {
		before, after = "["+before, after+"]"
	}
	size = max(size, int64(len(before)+len(after)))
	c.setHeaders(&answer{header: http.Header{"Content-Type": {typeJSON}}})
	c.w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	filler := size - int64(len(before)+len(after))
	piece := bytes.Repeat([]byte("a"), 64<<10)
	if _, err := io.WriteString(c.w, before); err != nil {
		return
	}
	for filler > 0 {
		n := min(filler, int64(len(piece)))
		if _, err := c.w.Write(piece[:n]); err != nil {
			return
		}
		filler -= n
	}
	if _, err := io.WriteString(c.w, after); err != nil {
		return
	}
}
