package protoserver

import (
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// untilRead has end called once when a stream has been read, or there is none.
func untilRead(stream *tfprotov6.ListResourceServerStream, err error, end func()) (*tfprotov6.ListResourceServerStream, error) {
	if err != nil || stream == nil || stream.Results == nil {
		end()
		return stream, err
	}
	var once sync.Once
	results := stream.Results
	stream.Results = func(yield func(tfprotov6.ListResourceResult) bool) {
		defer once.Do(end)
		results(yield)
	}
	return stream, nil
}
