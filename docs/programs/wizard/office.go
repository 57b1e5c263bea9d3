package main

import (
	"errors"
	"html/template"
	"log"
	"net/http"
	"strconv"
	"strings"

	"github.com/sessiongen/sessiongen/runtime"
)

const (
	mostContents = 20      // lines of the form
	largestForm  = 4 << 10 // more than a step has, in bytes
)

type office struct{ sessions *Sessions }

// newOffice returns the handler of all steps. Its cookies are for plain http, as
// on one's own machine. What other sites make a browser send, net/http refuses.
func newOffice(store runtime.Store) (http.Handler, error) {
	sessions, err := NewSessions(runtime.Config{Store: store, InsecureHTTP: true})
	if err != nil {
		return nil, err
	}
	o := office{sessions}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", o.show)
	mux.HandleFunc("POST /address", o.address)
	mux.HandleFunc("POST /content", o.content)
	mux.HandleFunc("POST /send", o.send)
	guarded := http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, largestForm))
	return sessions.Middleware(guarded), nil
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<title>Parcel</title>
{{with .Notice}}<p><em>{{.}}</em></p>{{end}}
{{with .Parcel}}{{if not .From}}<h1>Step 1 of 3</h1>
<form method="post" action="/address"><input name="from" placeholder="From" required><button>Next</button></form>
{{else if not .To}}<h1>Step 2 of 3</h1>
<form method="post" action="/address"><input name="to" placeholder="To" required><button>Next</button></form>
{{else}}<h1>Step 3 of 3</h1>
<p>From {{.From}} to {{.To}}</p>
{{range .Contents}}<li>{{.What}}, {{.Grams}} g</li>
{{end}}<form method="post" action="/content"><input name="what" required><input name="grams" type="number" min="1" required><button>Add</button></form>
{{if .Contents}}<form method="post" action="/send"><button>Send</button></form>{{end}}
{{end}}{{end}}`))

// show shows the first step that is not done.
func (o office) show(w http.ResponseWriter, r *http.Request) {
	session, err := o.sessions.From(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	view := struct {
		Notice string
		Parcel Parcel
	}{session.PopNotice(), session.GetParcel()}
	if err := page.Execute(w, view); err != nil {
		log.Print(err) // the visitor went away, or the middleware has answered
	}
}

// A refusal is an error that says to the visitor what is missing.
type refusal string

func (r refusal) Error() string { return string(r) }

// address takes the first two steps.
func (o office) address(w http.ResponseWriter, r *http.Request) {
	from, to := field(r, "from"), field(r, "to")
	o.change(w, r, func(p *Parcel) error {
		switch {
		case from != "":
			p.From = from
		case to != "" && p.From != "":
			p.To = to
		default:
			return refusal("Please give an address.")
		}
		return nil
	})
}

// content adds a line in the third step. Two that are added in two windows are
// both in the parcel, because the store decides which one is first.
func (o office) content(w http.ResponseWriter, r *http.Request) {
	what := field(r, "what")
	grams, err := strconv.Atoi(field(r, "grams"))
	o.change(w, r, func(p *Parcel) error {
		switch {
		case p.To == "":
			return refusal("Please give the addresses first.")
		case what == "" || err != nil || grams < 1:
			return refusal("Please say what it is, and how heavy.")
		case len(p.Contents) == mostContents:
			return refusal("The form has no more lines.")
		}
		p.Contents = append(p.Contents, Content{what, grams})
		return nil
	})
}

// change fills in a part of the form, and shows what is next.
func (o office) change(w http.ResponseWriter, r *http.Request, fill func(*Parcel) error) {
	session, err := o.sessions.From(r.Context())
	if err == nil {
		err = session.UpdateParcel(r.Context(), fill)
	}
	if no, ok := errors.AsType[refusal](err); ok {
		session.SetNotice(no.Error())
	} else if err != nil {
		fail(w, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// send sends the parcel, and clears the form for the next one.
func (o office) send(w http.ResponseWriter, r *http.Request) {
	session, err := o.sessions.From(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	parcel := session.GetParcel()
	if len(parcel.Contents) == 0 {
		session.SetNotice("There is nothing to send.")
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	grams := 0
	for _, c := range parcel.Contents {
		grams += c.Grams
	}
	session.ClearParcel()
	session.SetNotice("On its way to " + parcel.To + ": " + strconv.Itoa(grams) + " g.")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// field returns a field of the form that was sent.
func field(r *http.Request, name string) string {
	return strings.TrimSpace(r.PostFormValue(name))
}

func fail(w http.ResponseWriter, err error) {
	log.Print(err)
	http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
}
