package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// A sharedCache keeps responses as a CDN does: by their URL, if Cache-Control lets
// it, for requests that agree in what Vary names (RFC 9111, sections 3 and 4.1).
// As the RFC has it, a Set-Cookie is kept like any other field.
type sharedCache struct {
	next http.Handler

	mu   sync.Mutex
	kept map[string][]keptResponse // by URL
	hits int
}

type keptResponse struct {
	request  http.Header
	response *httptest.ResponseRecorder
}

func (c *sharedCache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	url := r.URL.String()
	for _, kept := range c.kept[url] {
		if kept.answers(r) {
			c.hits++
			kept.send(w)
			return
		}
	}
	response := keptResponse{r.Header.Clone(), httptest.NewRecorder()}
	c.next.ServeHTTP(response.response, r)
	if r.Method == http.MethodGet && response.storable() {
		if c.kept == nil {
			c.kept = map[string][]keptResponse{}
		}
		c.kept[url] = append(c.kept[url], response)
	}
	response.send(w)
}

// fields returns the values of the header field, one by one and in lower case.
func (k keptResponse) fields(name string) []string {
	line := strings.ToLower(strings.Join(k.response.Header().Values(name), ","))
	fields := strings.Split(line, ",")
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields
}

func (k keptResponse) storable() bool {
	allowed := false
	for _, directive := range k.fields("Cache-Control") {
		switch name, _, _ := strings.Cut(directive, "="); name {
		case "no-store", "private", "no-cache":
			return false
		case "public", "max-age", "s-maxage":
			allowed = true
		}
	}
	return allowed
}

func (k keptResponse) answers(r *http.Request) bool {
	for _, name := range k.fields("Vary") {
		if name == "*" || strings.Join(k.request.Values(name), ",") != strings.Join(r.Header.Values(name), ",") {
			return false
		}
	}
	return true
}

func (k keptResponse) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), k.response.Header())
	w.WriteHeader(k.response.Code)
	w.Write(k.response.Body.Bytes())
}
