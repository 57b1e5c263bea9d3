package late

import (
	"context"
	"fmt"
	"net/http"
)

func setBefore(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		http.Error(w, "later", http.StatusServiceUnavailable)
		return err
	}
	s.SetVisits(s.GetVisits() + 1)
	fmt.Fprintf(w, "visit %d\n", s.GetVisits())
	s.SetNotice("the session lives now")
	return nil
}

func asked(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	isNew := s.IsNew()
	fmt.Fprintln(w, "hello")
	if !isNew {
		s.SetVisits(1)
	}
	return nil
}

func guarded(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if !s.HasUser() {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return nil
	}
	fmt.Fprintln(w, "hello", s.GetUser())
	s.SetVisits(1)
	return nil
}

func guardedByValue(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	user := s.GetUser()
	if user == "" {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return nil
	}
	fmt.Fprintln(w, "hello", user)
	s.SetVisits(1)
	return nil
}

func guardedLate(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "hello")
	if s.HasUser() {
		s.SetVisits(1)
	}
	return nil
}

func saved(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if err := s.Save(r.Context()); err != nil {
		return err
	}
	fmt.Fprintln(w, "hello")
	s.SetVisits(1)
	return nil
}

// Its error tells.
func savedAfterwards(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "hello")
	s.SetVisits(1)
	return s.Save(r.Context())
}

func news(w http.ResponseWriter, r *http.Request, lines <-chan string) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	s.SetNotice("The news are on.")
	if err := http.NewResponseController(w).Flush(); err != nil {
		return err
	}
	for line := range lines {
		fmt.Fprintf(w, "data: %s\n\n", line)
		s.SetVisits(s.GetVisits() + 1)
		if err := s.Save(r.Context()); err != nil {
			return err
		}
	}
	return nil
}

func madeElsewhere(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if err := ensure(r.Context(), s); err != nil {
		return err
	}
	fmt.Fprintln(w, "hello")
	s.SetVisits(1)
	return nil
}

func ensure(context.Context, *Session) error { return nil }

// Whoever calls it knows the session.
func given(w http.ResponseWriter, r *http.Request, s *Session) {
	fmt.Fprintln(w, "hello")
	s.SetVisits(1)
}

func either(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	ok := r.FormValue("name") != ""
	if !ok {
		http.Error(w, "no name", http.StatusBadRequest)
	}
	if ok {
		s.SetUser(r.FormValue("name"))
	}
	return nil
}

func otherBranch(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet {
		fmt.Fprintln(w, "hello")
	} else {
		s.SetVisits(1)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
	return nil
}

func panics(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	if r.Method != http.MethodPost {
		http.Error(w, "no", http.StatusMethodNotAllowed)
		panic(http.ErrAbortHandler)
	}
	s.SetVisits(1)
	return nil
}

func earlyHints(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusEarlyHints)
	s.SetVisits(1)
	return nil
}

func headers(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain")
	fmt.Println("hello")
	s.SetVisits(1)
	return nil
}

func deferred(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	defer fmt.Fprintln(w, "bye")
	s.SetVisits(1)
	return nil
}

// Nothing is made when a session ends.
func logout(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "bye")
	s.ClearUser()
	return s.Destroy(r.Context())
}

// A new session has nothing to pop, and of a living one it is stored.
func popped(w http.ResponseWriter, r *http.Request) error {
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "hello")
	fmt.Fprintln(w, s.PopNotice())
	return nil
}

type buffer struct{ http.ResponseWriter }

func buffered(w http.ResponseWriter, r *http.Request) error {
	w = buffer{w}
	s, err := sessions.From(r.Context())
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "hello")
	s.SetVisits(1)
	return nil
}
