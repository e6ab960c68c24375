package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
)

// Limit: how deep an object is filled, so that the recursive types end.
const depthMax = 7

// printVectors prints `count` objects of each kind, one line each: the protobuf, and the JSON of what the API server's own serializer reads
// out of it.
func printVectors(out io.Writer, count int, seed uint64) {
	fill := filler{rand.New(rand.NewPCG(seed, 0))}
	serializer := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, kind := range bodyKinds() {
		for range count {
			object, err := scheme.Scheme.New(kind)
			check(err)
			fill.value(reflect.ValueOf(object).Elem(), 0)
			object.GetObjectKind().SetGroupVersionKind(kind)
			var wire bytes.Buffer
			check(serializer.Encode(object, &wire))
			decoded, _, err := serializer.Decode(wire.Bytes(), nil, nil)
			check(err)
			decoded.GetObjectKind().SetGroupVersionKind(kind)
			check(encoder.Encode(map[string]any{"kind": kindKey(kind), "protobuf": wire.Bytes(), "object": decoded}))
		}
	}
}

type filler struct{ random *rand.Rand }

var words = []string{"", "a", "web", "kube-system", "größe", "日本", "\U0001F980", "with \"quotes\" and \\", "line\nbreak", "<b>&", "0", "false"}

func (f filler) word() string { return words[f.random.IntN(len(words))] }

func (f filler) integer() int64 {
	switch f.random.IntN(4) {
	case 0:
		return 0
	case 1:
		return -f.random.Int64N(1 << 31)
	case 2:
		return f.random.Int64N(1 << 53)
	}
	return f.random.Int64N(128)
}

func (f filler) value(v reflect.Value, depth int) {
	if f.special(v, depth) {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.word())
	case reflect.Bool:
		v.SetBool(f.random.IntN(2) == 0)
	case reflect.Int32, reflect.Int64:
		n := f.integer()
		if v.Kind() == reflect.Int32 {
			n = int64(int32(n))
		}
		v.SetInt(n)
	case reflect.Uint8:
		v.SetUint(f.random.Uint64N(256))
	case reflect.Float64:
		v.SetFloat([]float64{0, 0.5, -1.25, 1e21, math.MaxFloat64}[f.random.IntN(5)])
	case reflect.Pointer:
		if depth < depthMax && f.random.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			f.value(v.Elem(), depth+1)
		}
	case reflect.Slice:
		f.slice(v, depth)
	case reflect.Map:
		if depth < depthMax && f.random.IntN(2) == 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range f.random.IntN(3) {
				key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				key.SetString(f.word())
				f.value(element, depth+1)
				v.SetMapIndex(key, element)
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Type != reflect.TypeFor[metav1.TypeMeta]() {
				f.value(v.Field(i), depth+1)
			}
		}
	default:
		panic("cannot fill " + v.Type().String())
	}
}

func (f filler) slice(v reflect.Value, depth int) {
	if depth >= depthMax || f.random.IntN(2) == 0 {
		return
	}
	length := f.random.IntN(3)
	v.Set(reflect.MakeSlice(v.Type(), length, length))
	for i := range length {
		f.value(v.Index(i), depth+1)
	}
}

// special fills what has an encoding of its own; a nil pointer to it is the caller's.
func (f filler) special(v reflect.Value, depth int) bool {
	set := func(value any) bool { v.Set(reflect.ValueOf(value)); return true }
	raw := []byte(`{"kind":"Extra","n":[1,{"a":null}]}`)
	switch v.Interface().(type) {
	case metav1.Time:
		if f.random.IntN(3) == 0 {
			return true
		}
		return set(metav1.NewTime(time.Unix(f.random.Int64N(4e9), 0).UTC()))
	case metav1.MicroTime:
		if f.random.IntN(3) == 0 {
			return true
		}
		return set(metav1.NewMicroTime(time.Unix(f.random.Int64N(4e9), f.random.Int64N(1e9)).UTC()))
	case metav1.Duration:
		return set(metav1.Duration{Duration: time.Duration(f.integer())})
	case metav1.FieldsV1:
		return set(metav1.FieldsV1{Raw: []byte(`{"f:metadata":{"f:name":{}}}`)})
	case runtime.RawExtension:
		return set(runtime.RawExtension{Raw: raw})
	case apiextensions.JSON:
		return set(apiextensions.JSON{Raw: raw})
	case resource.Quantity:
		return set(resource.MustParse([]string{"0", "1", "500m", "1Gi", "-3", "12e6"}[f.random.IntN(6)]))
	case intstr.IntOrString:
		if f.random.IntN(2) == 0 {
			return set(intstr.FromInt32(f.random.Int32N(100) - 5))
		}
		return set(intstr.FromString(f.word()))
	case apiextensions.JSONSchemaPropsOrBool:
		if depth < depthMax-2 && f.random.IntN(2) == 0 {
			return set(apiextensions.JSONSchemaPropsOrBool{Allows: true, Schema: f.schema(depth)})
		}
		return set(apiextensions.JSONSchemaPropsOrBool{Allows: f.random.IntN(2) == 0})
	case apiextensions.JSONSchemaPropsOrArray:
		if f.random.IntN(2) == 0 {
			return set(apiextensions.JSONSchemaPropsOrArray{Schema: f.schema(depth)})
		}
		return set(apiextensions.JSONSchemaPropsOrArray{JSONSchemas: []apiextensions.JSONSchemaProps{*f.schema(depth)}})
	case apiextensions.JSONSchemaPropsOrStringArray:
		if f.random.IntN(2) == 0 {
			return set(apiextensions.JSONSchemaPropsOrStringArray{Property: []string{"a", f.word()}})
		}
		return set(apiextensions.JSONSchemaPropsOrStringArray{Schema: f.schema(depth)})
	}
	return false
}

// schema is a small one, since schemas hold schemas.
func (f filler) schema(depth int) *apiextensions.JSONSchemaProps {
	schema := &apiextensions.JSONSchemaProps{Type: f.word()}
	if depth < depthMax {
		maximum := 2.5
		schema.Maximum = &maximum
	}
	return schema
}
