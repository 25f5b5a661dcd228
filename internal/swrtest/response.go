package swrtest

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Content types of responses.
const (
	typeJSON = "application/json;charset=utf-8"
	typeHTML = "text/html; charset=utf-8"
	typeText = "text/plain; charset=utf-8"
)

// response is the response to a call, before it is sent.
type response struct {
	status int
	header http.Header
	body   []byte
}

// newResponse returns a response with a body; an empty content type sends none.
func newResponse(status int, contentType string, body []byte) response {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return response{status, header, body}
}

// jsonResponse returns a response with a value of one of this package's types.
func (c *call) jsonResponse(status int, value any) response {
	body := encodeJSON(value)
	if c.variants.DocumentLayout {
		body = documentLayout(body)
	}
	return newResponse(status, typeJSON, body)
}

// encodeJSON returns compact JSON with <, > and & as they are, unlike
// json.Marshal.
func encodeJSON(value any) []byte {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("swrtest: encode a response: " + err.Error())
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// documentLayout formats compact JSON as the list document's example: arrays
// inline, objects over lines, a space before each colon.
func documentLayout(compact []byte) []byte {
	var out bytes.Buffer
	var open []byte // brackets that are not closed yet
	inString := false
	newline := func() {
		out.WriteString("\n" + strings.Repeat("  ", bytes.Count(open, []byte("{"))))
	}
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		switch {
		case c == '\\':
			out.WriteByte(c)
			i++
			out.WriteByte(compact[i])
		case c == '"':
			inString = !inString
			out.WriteByte(c)
		case inString:
			out.WriteByte(c)
		case c == '{':
			open = append(open, c)
			out.WriteByte(c)
			newline()
		case c == '}':
			open = open[:len(open)-1]
			newline()
			out.WriteByte(c)
		case c == '[':
			open = append(open, c)
			out.WriteString("[ ")
		case c == ']':
			open = open[:len(open)-1]
			if compact[i-1] != '[' {
				out.WriteByte(' ')
			}
			out.WriteByte(c)
		case c == ',' && open[len(open)-1] == '{':
			out.WriteByte(c)
			newline()
		case c == ',':
			out.WriteString(", ")
		case c == ':':
			out.WriteString(" : ")
		default:
			out.WriteByte(c)
		}
	}
	return out.Bytes()
}

// send writes a response. The status is in the log before the client has it.
func (c *call) send(resp response) {
	c.logStatus(resp.status)
	c.setHeaders(&resp)
	c.w.WriteHeader(resp.status)
	if len(resp.body) > 0 && bodyAllowed(resp.status) {
		_, _ = c.w.Write(resp.body) // fails where the client has disconnected
	}
}

// setHeaders sets all headers, and compresses the body where that is offered.
func (c *call) setHeaders(resp *response) {
	header := c.w.Header()
	for name, values := range resp.header {
		header[name] = values
	}
	if len(header["Content-Type"]) == 0 {
		header["Content-Type"] = nil // else net/http guesses one
	}
	header.Set("Date", c.now.Format(http.TimeFormat))
	if c.variants.NoDate {
		header["Date"] = nil // else net/http sets one
	}
	if c.variants.RequestID == RequestIDInHeader {
		header.Set("X-Request-Id", c.requestID)
	}
	if !bodyAllowed(resp.status) {
		return
	}
	if c.variants.Gzip && len(resp.body) > 0 && header.Get("Content-Encoding") == "" &&
		strings.Contains(c.r.Header.Get("Accept-Encoding"), "gzip") {
		resp.body = compress(resp.body)
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Length", strconv.Itoa(len(resp.body)))
}

func bodyAllowed(status int) bool {
	return status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified
}

func compress(body []byte) []byte {
	var buf bytes.Buffer
	writer := gzip.NewWriter(&buf)
	_, writeErr := writer.Write(body)
	if err := writer.Close(); err != nil || writeErr != nil {
		panic("swrtest: compress a response in memory")
	}
	return buf.Bytes()
}

func (c *call) logStatus(status int) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	c.entry.Status = status
}

// wait waits, and reports whether the client is still connected.
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

// waitForClose waits until the client disconnects or the server closes.
func (c *call) waitForClose() { <-c.r.Context().Done() }

// hijack takes the connection over from net/http. Where there is none, it
// aborts the response, which looks much the same to a client.
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
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn() // closing TLS would send close_notify first
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
	_ = conn.Close() // may be closed already
}

// halfBody returns the first half of a body, and the length of all of it. An
// empty body counts as "{}".
func halfBody(body []byte) (half []byte, length string) {
	if len(body) == 0 {
		body = []byte("{}")
	}
	return body[:len(body)/2], strconv.Itoa(len(body))
}

// closeMidResponse sends a response up to the middle of its body, or of its
// headers where the status allows no body, and closes the connection.
func (c *call) closeMidResponse(resp response) {
	conn := c.hijack()
	defer func() { _ = conn.Close() }()
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", resp.status, http.StatusText(resp.status))
	if bodyAllowed(resp.status) {
		half, length := halfBody(resp.body)
		resp.header.Set("Date", c.now.Format(http.TimeFormat))
		resp.header.Set("Content-Length", length)
		if err := resp.header.Write(&out); err != nil {
			panic("swrtest: write headers to memory")
		}
		out.WriteString("\r\n")
		out.Write(half)
	}
	_, _ = conn.Write(out.Bytes()) // fails where the client has disconnected
}

// hangMidResponse sends a response up to the middle of its body and hangs.
func (c *call) hangMidResponse(resp response) {
	if !bodyAllowed(resp.status) {
		c.send(resp)
		return
	}
	c.setHeaders(&resp)
	half, length := halfBody(resp.body)
	c.w.Header().Set("Content-Length", length)
	c.w.WriteHeader(resp.status)
	if _, err := c.w.Write(half); err != nil || http.NewResponseController(c.w).Flush() != nil {
		return // the client has disconnected
	}
	c.waitForClose()
}

// stream sends a 200 with valid JSON of a size, in chunks.
func (c *call) stream(size int64) {
	c.logStatus(http.StatusOK)
	start, end := `{"description":"`, `"}`
	if c.isList() {
		start, end = "["+start, end+"]"
	}
	filler := max(0, size-int64(len(start)+len(end)))
	c.setHeaders(&response{status: http.StatusOK, header: http.Header{"Content-Type": {typeJSON}}})
	c.w.Header().Set("Content-Length", strconv.FormatInt(filler+int64(len(start)+len(end)), 10))
	body := io.MultiReader(strings.NewReader(start), io.LimitReader(repeatedA{}, filler), strings.NewReader(end))
	_, _ = io.Copy(c.w, body) // fails where the client has disconnected
}

// repeatedA reads as "a" without end.
type repeatedA struct{}

func (repeatedA) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}
