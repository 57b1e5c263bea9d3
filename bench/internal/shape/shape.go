// Package shape declares the sessions that the benchmark measures, each in
// sessiongen's form, and lists the same variables for libraries that keep a
// session in a map.
package shape

import (
	"fmt"
	"reflect"
	"slices"
)

// firstVisits is the value of Visits before the first request that is measured.
const firstVisits = 41

// A Shape is what a session holds.
type Shape struct {
	Name      string
	Fields    any // the declared struct with its values
	Variables []Variable

	// Steps are the variables that each of several requests sets. The first one
	// has set the Fields. If there are none, one request sets all.
	Steps [][]Variable
}

// A Variable is one of the session's.
type Variable struct {
	Name  string
	Value any
}

// of returns the shape that has the fields' values.
func of(name string, fields any) Shape {
	return Shape{Name: name, Fields: fields, Variables: variables(nil, reflect.ValueOf(fields))}
}

// variables appends those of the struct v, with embedded structs flattened as
// sessiongen does.
func variables(list []Variable, v reflect.Value) []Variable {
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.Anonymous {
			list = variables(list, v.Field(i))
		} else {
			list = append(list, Variable{field.Name, v.Field(i).Interface()})
		}
	}
	return list
}

// Names returns the names of all variables that are declared, set or not.
func (s Shape) Names() []string {
	var names []string
	for _, v := range variables(nil, reflect.ValueOf(s.Fields)) {
		names = append(names, v.Name)
	}
	return names
}

// Pick returns the variables of these names.
func (s Shape) Pick(names ...string) []Variable {
	var list []Variable
	for _, name := range names {
		at := slices.IndexFunc(s.Variables, func(v Variable) bool { return v.Name == name })
		if at < 0 {
			panic(fmt.Sprintf("the shape %s has no variable %s", s.Name, name))
		}
		list = append(list, s.Variables[at])
	}
	return list
}

// fillStrings gives every string of the struct that fields points to a value
// of its own, and makes it the first visit.
func fillStrings(fields any) {
	v := reflect.ValueOf(fields).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if at := v.FieldByIndex(f.Index); f.Name != "Token" && f.Type.Kind() == reflect.String {
			at.SetString("the value of " + f.Name)
		}
	}
	v.FieldByName("Visits").SetInt(firstVisits)
}
