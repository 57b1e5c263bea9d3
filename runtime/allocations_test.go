package runtime_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestRequestAllocatesLittle(t *testing.T) {
	sessions := mustSessions(t, runtime.Config{Store: runtime.NewMemory()})
	cookie, err := sessions.Issue(t.Context(), SessionFields{
		Token: "6FDNW3QXKJ5WLG2YPRAVCB7TSM", Visits: 41, Cart: []string{"tea"}, Notice: "hello", Code: "123456", Draft: "Dear",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, request := range map[string]struct {
		do    func(*Session)
		limit float64
	}{
		"reads":            {func(*Session) {}, 7},
		"reads and writes": {func(s *Session) { s.SetVisits(s.GetVisits() + 1) }, 13},
	} {
		r := httptest.NewRequest("GET", "https://shop.example/", nil)
		r.Header.Set("Cookie", cookieLine(cookie.Value))
		h := sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s, err := sessions.From(r.Context())
			if err != nil || s.GetToken() == "" {
				t.Errorf("the session is not there, %v", err)
				return
			}
			request.do(s)
			w.WriteHeader(http.StatusNoContent)
		}))
		sink := discard{header: http.Header{}}
		// The least of many runs counts, because the race detector empties
		// pools at random.
		least := request.limit + 1
		for range 200 {
			least = min(least, testing.AllocsPerRun(1, func() {
				clear(sink.header)
				h.ServeHTTP(&sink, r)
			}))
		}
		if least > request.limit {
			t.Errorf("a request that %s allocates more than %v times", name, request.limit)
		}
	}
}
