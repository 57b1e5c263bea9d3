package kept

import (
	"net/http"
	"testing"
)

var seen *Session

func TestHandler(t *testing.T) {
	var sessions *Sessions
	_ = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			t.Error(err)
		}
		seen = s
	})
}
