package main

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/sessiongen/sessiongen/runtime"
)

// A failure is an error with a page for the visitor.
type failure struct {
	Status int
	Title  string
	Advice string
}

func (f *failure) Error() string { return f.Title }

var (
	errBadForm = &failure{http.StatusBadRequest, "That form can't be read",
		"Please go back to the shop and try again."}
	errBadName = &failure{http.StatusBadRequest, "That name won't do",
		"Please give a name of 1 to 40 characters."}
	errNoSuchTea = &failure{http.StatusBadRequest, "The shop has no such tea",
		"Please choose one from the shelf."}
	errNotLoggedIn = &failure{http.StatusForbidden, "You are not logged in",
		"This page is for visitors who are. If you have been, you were logged out since then, maybe on another device: please log in again."}
	errNoSuchDevice = &failure{http.StatusNotFound, "You have no such device to end",
		"It may have been logged out already. Please open the list of your devices again."}
	errForeignForm = &failure{http.StatusForbidden, "This form is out of date",
		"Your session has changed since the page was opened: you have logged in or out elsewhere, it has ended, or your browser did not keep its cookie. Please open the page again."}
	errEnded = &failure{http.StatusConflict, "Your session has ended meanwhile",
		"You have logged in or out in another window, or were logged out on another device, so nothing of this was saved. Please open the page again."}
	errUnavailable = &failure{http.StatusServiceUnavailable, "The shop can't reach its memory",
		"You are not logged out: your browser keeps its place here. Please try again in a moment."}
	errInternal = &failure{http.StatusInternalServerError, "Something went wrong",
		"It is our fault, and it is in our log. Please try again later."}
)

// failureOf returns what a visitor should see of err.
func failureOf(err error) *failure {
	var f *failure
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, runtime.ErrUnavailable):
		return errUnavailable
	case errors.Is(err, runtime.ErrEnded):
		return errEnded
	default:
		return errInternal
	}
}

// showError answers with a page for err. The handlers use it, and the
// session's middleware does when it can't store what a handler set.
func showError(w http.ResponseWriter, r *http.Request, err error) {
	f := failureOf(err)
	if f.Status >= http.StatusInternalServerError {
		slog.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	if f.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	if err := render(w, "error.html", f.Status, f); err != nil {
		http.Error(w, f.Title, f.Status)
	}
}
