package swrtest

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// Content types of answers.
const (
	typeJSON = "application/json;charset=utf-8"
	typeHTML = "text/html; charset=utf-8"
	typeText = "text/plain; charset=utf-8"
)

// answer is what a call answers, before it is written to the wire.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// newAnswer returns an answer with a body of a content type; an empty type
// sends none.
func newAnswer(status int, contentType string, body []byte) answer {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return answer{status: status, header: header, body: body}
}

// jsonAnswer renders a value; it is always one of this package's own types.
func (c *call) jsonAnswer(status int, value any) answer {
	body := encodeJSON(value)
	if c.variants.DocumentLayout {
		body = documentLayout(body)
	}
	return newAnswer(status, typeJSON, body)
}

// encodeJSON leaves <, > and & as they are, unlike json.Marshal.
func encodeJSON(value any) []byte {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("swrtest: a value of the simulator's own can't be rendered: " + err.Error())
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// documentLayout spreads compact JSON as the list document's example does:
// arrays inline, objects over lines, a space before each colon.
func documentLayout(compact []byte) []byte {
	var out bytes.Buffer
	depth, inString := 0, false
	newline := func() {
		out.WriteByte('\n')
		for range depth {
			out.WriteString("  ")
		}
	}
	var open []byte // the brackets that are open
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		if inString {
			out.WriteByte(c)
			switch c {
			case '\\':
				i++
				out.WriteByte(compact[i])
			case '"':
				inString = false
			}
			continue
		}
		switch c {
		case '"':
			inString = true
			out.WriteByte(c)
		case '{':
			open = append(open, c)
			depth++
			out.WriteByte(c)
			newline()
		case '}':
			open = open[:len(open)-1]
			depth--
			newline()
			out.WriteByte(c)
		case '[':
			open = append(open, c)
			out.WriteString("[ ")
		case ']':
			open = open[:len(open)-1]
			if compact[i-1] != '[' {
				out.WriteByte(' ')
			}
			out.WriteByte(c)
		case ',':
			out.WriteByte(c)
			if open[len(open)-1] == '{' {
				newline()
			} else {
				out.WriteByte(' ')
			}
		case ':':
			out.WriteString(" : ")
		default:
			out.WriteByte(c)
		}
	}
	return out.Bytes()
}
