package shape

import (
	"math/rand/v2"
	"reflect"
	"slices"
)

//go:generate go tool sessiongen

// TwelveFields is a session of 12 variables, as of a shop.
type TwelveFields struct {
	FiveFields
	Address  string
	Payment  string
	Shipping string
	Coupon   string
	Language string
	Currency string
	Referrer string
}

//go:generate go tool sessiongen

// ThirtyThreeFields is a session of 33 variables.
type ThirtyThreeFields struct {
	Count32Fields
	Token string
}

// OfTwelve is a session of 12 variables.
func OfTwelve() Shape { return filled("12", TwelveFields{FiveFields: five()}) }

// OfThirtyThree is a session of 33 variables.
func OfThirtyThree() Shape {
	return filled("33", ThirtyThreeFields{Token: "6FDNW3QXKJ5WLG2YPRAVCB7TSM"})
}

func filled[F any](name string, fields F) Shape {
	fillStrings(&fields)
	return of(name, fields)
}

// Partly returns the shape with n of its variables set, one of which is Visits,
// by that many requests, each of which sets as many. Which ones they are, and in
// which order, is drawn at random, but the same for everybody.
func (s Shape) Partly(n, requests int) Shape {
	random := rand.New(rand.NewPCG(1, uint64(len(s.Variables))))
	variables := slices.Clone(s.Variables)
	random.Shuffle(len(variables), func(i, j int) { variables[i], variables[j] = variables[j], variables[i] })
	at := slices.IndexFunc(variables, func(v Variable) bool { return v.Name == "Visits" })
	variables[at], variables[0] = variables[0], variables[at] // the first visit counts itself
	var steps [][]Variable
	for step := range requests {
		steps = append(steps, variables[n*step/requests:n*(step+1)/requests])
	}
	return s.inSteps(steps)
}

// InSteps returns the shape with the variables of these names set, by a request
// for each list of them.
func (s Shape) InSteps(names ...[]string) Shape {
	var steps [][]Variable
	for _, step := range names {
		steps = append(steps, s.Pick(step...))
	}
	return s.inSteps(steps)
}

func (s Shape) inSteps(steps [][]Variable) Shape {
	s.Variables, s.Steps = slices.Concat(steps...), steps
	s.Fields = s.only(steps[0])
	return s
}

// AtOnce returns the shape with the same variables set by one request, in the
// order in which they are declared.
func (s Shape) AtOnce() Shape {
	s.Fields, s.Steps = s.only(s.Variables), nil
	return s
}

// only returns the declared struct with the values of these variables alone.
func (s Shape) only(variables []Variable) any {
	v := reflect.New(reflect.TypeOf(s.Fields)).Elem()
	for _, variable := range variables {
		v.FieldByName(variable.Name).Set(reflect.ValueOf(variable.Value))
	}
	return v.Interface()
}
