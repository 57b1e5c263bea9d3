package main

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

var templates = parseTemplates("home.html", "cart.html", "devices.html", "error.html")

// A view is what the templates of the shop's pages show.
type view struct {
	Values SessionFields // the variables that are loaded
	Notice string

	Teas  []tea  // on the front page
	Lines []line // on the cart's page
	Total money

	Devices []device // on their page

	// For the panel that tells what the session did:
	ID          string
	IsNew       bool
	CartFetched bool
	Storage     string
}

// parseTemplates returns a template for each page, within the common layout.
func parseTemplates(pages ...string) map[string]*template.Template {
	layout := template.Must(template.ParseFS(templateFiles, "templates/layout.html", "templates/panel.html"))
	parsed := map[string]*template.Template{}
	for _, page := range pages {
		clone := template.Must(layout.Clone())
		parsed[page] = template.Must(clone.ParseFS(templateFiles, "templates/"+page))
	}
	return parsed
}

// render writes a page. If it fails nothing is written.
func render(w http.ResponseWriter, page string, status int, data any) error {
	var b bytes.Buffer
	if err := templates[page].ExecuteTemplate(&b, "layout", data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// It fails if the visitor went away, or if the session could not be
	// stored: then the middleware has shown another page.
	_, _ = w.Write(b.Bytes())
	return nil
}

// serveFile serves the embedded file that the path names.
func serveFile(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, staticFiles, "static"+r.URL.Path)
}
