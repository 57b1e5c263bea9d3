package main

import (
	"cmp"
	"reflect"
	"strings"
	"time"
)

// A shape is what a variable is made of, as this version declares it.
type shape struct {
	Kind   string // struct, list, map, or that of a leaf
	Fields map[string]shape
	Elem   *shape
	Lazy   bool // is the variable fetched on first use?
	Pop    bool // is there a method that pops it?
}

// shapes returns those of all variables, by name.
func shapes() map[string]shape {
	all := map[string]shape{}
	for _, v := range variables() {
		s := shapeOf(v.field.Type)
		s.Lazy = v.isLazy()
		_, s.Pop = reflect.TypeFor[*Session]().MethodByName("Pop" + v.field.Name)
		all[v.name] = s
	}
	return all
}

func shapeOf(t reflect.Type) shape {
	elem := func(kind string) shape {
		e := shapeOf(t.Elem())
		return shape{Kind: kind, Elem: &e}
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return shape{Kind: "time"}
	case t.Kind() == reflect.Interface:
		return shape{Kind: "any"}
	case t == reflect.TypeFor[[]byte]():
		return shape{Kind: "bytes"}
	case t.Kind() == reflect.Slice:
		return elem("list")
	case t.Kind() == reflect.Map:
		return elem("map")
	case t.Kind() != reflect.Struct:
		return shape{Kind: t.Kind().String()}
	}
	s := shape{Kind: "struct", Fields: map[string]shape{}}
	for f := range t.Fields() {
		s.Fields[cmp.Or(jsonName(f), f.Name)] = shapeOf(f.Type)
	}
	return s
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
