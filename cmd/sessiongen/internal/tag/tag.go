// Package tag reads what a struct tag says about a session variable:
//
//	Field T `session:"name,option,..."`
package tag

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options is what a tag says about one field.
type Options struct {
	// Name is the variable's name in the store. It is empty if Skip is set or
	// if no valid name could be found, which is one of the errors then.
	Name string

	Skip      bool // the field is not a variable
	Lazy      bool
	Flash     bool
	Evictable bool // given, or implied by a TTL
	JSON      bool
	TTL       time.Duration // whole seconds, 0 for none
}

const (
	key     = "session"
	maxName = 64
	choices = "lazy, flash, ttl=2h, evictable and json"
)

// options are the names of the options.
var options = []string{"lazy", "flash", "ttl", "evictable", "json"}

// Parse reads the whole struct tag of the named field, without its outer
// quotes. It returns every error it finds, each of the form "what is wrong;
// what to do", and what could be understood beside them.
func Parse(tag, field string) (Options, []error) {
	value, errs := lookup(tag)
	if value == "-" {
		return Options{Skip: true}, errs
	}
	name, rest, hasOptions := strings.Cut(value, ",")
	if name == "-" {
		return Options{Skip: true}, append(errs, fmt.Errorf(`a skipped field has no options; write session:"-"`))
	}
	var o Options
	var err error
	if o.Name, err = storeName(name, field); err != nil {
		errs = append(errs, err)
	}
	if hasOptions {
		errs = append(errs, o.apply(strings.Split(rest, ","))...)
	}
	if o.Flash && o.Lazy {
		errs = append(errs, fmt.Errorf("flash and lazy exclude each other; remove one of them"))
	}
	return o, errs
}

func (o *Options) apply(list []string) []error {
	var errs []error
	var seen []string
	for _, option := range list {
		name, value, hasValue := strings.Cut(option, "=")
		if err := o.set(option, name, value, hasValue); err != nil {
			errs = append(errs, err)
			continue
		}
		if slices.Contains(seen, name) {
			errs = append(errs, fmt.Errorf("option %q is given twice; remove one", name))
		}
		seen = append(seen, name)
	}
	return errs
}

func (o *Options) set(option, name, value string, hasValue bool) error {
	if name == "ttl" {
		return o.setTTL(value)
	}
	if !slices.Contains(options, name) {
		return unknown(option)
	}
	if hasValue {
		return fmt.Errorf("option %q has no value; write %q", name, name)
	}
	switch name {
	case "lazy":
		o.Lazy = true
	case "flash":
		o.Flash = true
	case "evictable":
		o.Evictable = true
	case "json":
		o.JSON = true
	}
	return nil
}

func (o *Options) setTTL(value string) error {
	const remedy = "write whole seconds, minutes or hours, such as ttl=90s or ttl=2h"
	if value == "" {
		return fmt.Errorf("ttl has no duration; %s", remedy)
	}
	ttl, err := time.ParseDuration(value)
	if err != nil {
		return fmt.Errorf("ttl %q is no duration; %s", value, remedy)
	}
	if ttl <= 0 {
		return fmt.Errorf("ttl %q is not positive; %s", value, remedy)
	}
	if ttl%time.Second != 0 {
		return fmt.Errorf("ttl %q has a fraction of a second; %s", value, remedy)
	}
	o.TTL, o.Evictable = ttl, true
	return nil
}

func unknown(option string) error {
	if option == "" {
		return fmt.Errorf("empty option; remove the comma before it, or write one of %s", choices)
	}
	switch near := nearest(option); near {
	case "":
		return fmt.Errorf("unknown option %q; the options are %s", option, choices)
	case "ttl":
		return fmt.Errorf("unknown option %q; did you mean one like ttl=2h?", option)
	default:
		return fmt.Errorf("unknown option %q; did you mean %q?", option, near)
	}
}
