package late

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
)

var (
	sessions *Sessions
	tmpl     = template.Must(template.New("").Parse("hello"))
)

func body(w http.ResponseWriter, r *http.Request) {
	s, err := sessions.From(r.Context())
	if err != nil {
		http.Error(w, "later", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(w, "visit %d\n", s.GetVisits())
	s.SetVisits(s.GetVisits() + 1) // want `SetVisits comes after the response was begun, when nothing of a new session can be stored any more; call it before the first write, or ask IsNew first`
}

func counted(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	visits := s.GetVisits() + 1
	io.WriteString(w, "hello")
	s.SetVisits(visits) // want `SetVisits comes after`
	return nil
}

func header(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return s.UpdateVisits(r.Context(), func(n *int) error { // want `UpdateVisits comes after`
		*n++
		return nil
	})
}

func redirect(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	s.SetNotice("moved") // want `SetNotice comes after`
	return nil
}

func written(w http.ResponseWriter, r *http.Request) error {
	w.Write([]byte("hello"))
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	s.SetVisits(1) // want `SetVisits comes after`
	return nil
}

func page(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if err := tmpl.Execute(w, s.Values()); err != nil {
		return err
	}
	s.SetVisits(1) // want `SetVisits comes after`
	return nil
}

func encoded(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if err := json.NewEncoder(w).Encode(s.GetVisits()); err != nil {
		return err
	}
	return s.Login(r.Context(), "ada") // want `Login comes after`
}

func flushed(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if err := http.NewResponseController(w).Flush(); err != nil {
		return err
	}
	s.SetVisits(1) // want `SetVisits comes after`
	return nil
}

func flusher(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	w.(http.Flusher).Flush()
	s.SetVisits(1) // want `SetVisits comes after`
	return nil
}

func noReturn(w http.ResponseWriter, r *http.Request) {
	s, err := sessions.From(r.Context())
	if err != nil {
		return
	}
	if r.FormValue("name") == "" {
		http.Error(w, "no name", http.StatusBadRequest)
	}
	s.SetUser(r.FormValue("name")) // want `SetUser comes after`
}

func eitherWay(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "hello")
	if r.FormValue("name") != "" {
		s.SetUser(r.FormValue("name")) // want `SetUser comes after`
	}
	return nil
}

func literal() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		http.ServeFile(w, r, "file")
		s.SetVisits(1) // want `SetVisits comes after`
	}
}

func twice(w http.ResponseWriter, r *http.Request) {
	s, err := sessions.From(r.Context())
	if err != nil {
		s, err = sessions.From(r.Context())
	}
	fmt.Fprintln(w, "hello", err)
	s.SetVisits(1) // want `SetVisits comes after`
}
