package httpsafe

import (
	"context"
	"io"
	"net/http"
)

// BoundBody ends the body of a response with ctx. net/http does so too, except for
// the body of 101 Switching Protocols, which is the connection: a server could keep
// it open forever. A response of that class has no body.
func BoundBody(ctx context.Context, resp *http.Response) {
	body := resp.Body
	if resp.StatusCode < http.StatusOK {
		_ = body.Close()
		resp.Body = http.NoBody
		return
	}
	resp.Body = &boundBody{ReadCloser: body, stop: context.AfterFunc(ctx, func() { _ = body.Close() })}
}

type boundBody struct {
	io.ReadCloser

	stop func() bool
}

func (b *boundBody) Close() error {
	b.stop()
	return b.ReadCloser.Close()
}
