package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"
	"github.com/labstack/echo/v5"

	ginsession "github.com/sessiongen/sessiongen/contrib/gin"
)

// A bareRouter serves POST /upload with a page, and with sessions unless they are
// nil.
type bareRouter struct {
	name     string
	cleansUp bool // without sessions: those that don't hand the page a copy of the request
	serve    func(sessions *Sessions, page http.HandlerFunc) http.Handler
}

var bareRouters = []bareRouter{
	{"net/http", true, func(sessions *Sessions, page http.HandlerFunc) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("POST /upload", page)
		return middlewareOf(sessions)(mux)
	}},
	{"gin", true, func(sessions *Sessions, page http.HandlerFunc) http.Handler {
		engine := gin.New()
		if sessions != nil {
			engine.Use(ginsession.Middleware(sessions))
		}
		engine.POST("/upload", gin.WrapF(page))
		return engine
	}},
	{"echo", true, func(sessions *Sessions, page http.HandlerFunc) http.Handler {
		e := echo.New()
		e.Use(echo.WrapMiddleware(middlewareOf(sessions)))
		e.POST("/upload", echo.WrapHandler(page))
		return e
	}},
	{"chi", false, func(sessions *Sessions, page http.HandlerFunc) http.Handler {
		router := chi.NewRouter()
		router.Use(middlewareOf(sessions))
		router.Post("/upload", page)
		return router
	}},
	{"gorilla", false, func(sessions *Sessions, page http.HandlerFunc) http.Handler {
		router := mux.NewRouter()
		router.Use(middlewareOf(sessions))
		router.HandleFunc("/upload", page)
		return router
	}},
}

// middlewareOf returns the middleware of the sessions, or one that does nothing.
func middlewareOf(sessions *Sessions) func(http.Handler) http.Handler {
	if sessions == nil {
		return func(next http.Handler) http.Handler { return next }
	}
	return sessions.Middleware
}

// The server takes the files of an upload away when the request is over, if it
// knows of them: if they were parsed on its own request, and no copy.
func TestUploadsLeaveNoMoreFilesThanWithoutSessions(t *testing.T) {
	for _, router := range bareRouters {
		overEachProtocol(t, router.name, func(t *testing.T, http2 bool) {
			for name, panics := range map[string]bool{"answer": false, "panic": true} {
				t.Run(name, func(t *testing.T) {
					without := filesAfterUpload(t, router, false, http2, panics)
					if router.cleansUp && without != 0 {
						t.Errorf("%d files are left without sessions", without)
					}
					if with := filesAfterUpload(t, router, true, http2, panics); with != without {
						t.Errorf("%d files are left with sessions, %d without", with, without)
					}
				})
			}
		})
	}
}

// filesAfterUpload uploads a file that does not stay in memory, and returns how
// many files are left of it when its server has ended.
func filesAfterUpload(t *testing.T, router bareRouter, withSessions, http2, panics bool) int {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	w := newWorld(t, nil)
	var sessions *Sessions
	if withSessions {
		sessions = w.site.sessions
	}
	during := 0
	page := func(rw http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 10); err != nil {
			t.Error(err)
		}
		during = uploadedFiles(t)
		if sessions != nil {
			session, err := sessions.From(r.Context())
			if err != nil {
				t.Error(err)
				return
			}
			session.SetNotice("Your picture is there.")
		}
		if panics {
			panic("no picture")
		}
		fmt.Fprint(rw, "thanks")
	}
	w.serve(recovered(router.serve(sessions, page)), http2)

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("picture", "me.png")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(make([]byte, 1<<16))
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	p := b.read(b.client.Post(w.url+"/upload", form.FormDataContentType(), &body))
	if panics {
		p.wantStatus(t, http.StatusInternalServerError)
	} else {
		p.wantStatus(t, http.StatusOK)
	}
	w.close()
	if during == 0 {
		t.Error("the upload made no file")
	}
	return uploadedFiles(t)
}

func uploadedFiles(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.TempDir(), "multipart-*"))
	if err != nil {
		t.Error(err)
	}
	return len(files)
}
