package inspect

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
)

//go:embed web
var web embed.FS

// What every page has. It is in the page itself, which has one address alone.
var (
	style  = file("page.css")
	script = file("charts.js") + file("page.js")
)

// policy lets browsers run the page's own script, and use its own style, and nothing
// else: they are known by their hashes.
var policy = "default-src 'none'; script-src " + hash(script) + "; style-src " + hash(style) +
	"; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"count": count, "share": share, "bars": bars, "calls": calls, "tiles": tiles,
}).ParseFS(web, "web/*.html"))

func file(name string) string {
	data, err := web.ReadFile("web/" + name)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// A frame is what every page has.
type frame struct {
	Style  template.CSS
	Script template.JS
}

func newFrame() frame { return frame{template.CSS(style), template.JS(script)} }
