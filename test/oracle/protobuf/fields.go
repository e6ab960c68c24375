package main

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
)

// special are the types whose JSON is not that of their fields; the reader has a line of code for each.
var special = map[reflect.Type]string{
	reflect.TypeFor[metav1.Time]():                                "Time",
	reflect.TypeFor[metav1.MicroTime]():                           "MicroTime",
	reflect.TypeFor[metav1.Duration]():                            "Duration",
	reflect.TypeFor[metav1.FieldsV1]():                            "Raw",
	reflect.TypeFor[runtime.RawExtension]():                       "Raw",
	reflect.TypeFor[apiextensions.JSON]():                         "Raw",
	reflect.TypeFor[resource.Quantity]():                          "Quantity",
	reflect.TypeFor[intstr.IntOrString]():                         "IntOrString",
	reflect.TypeFor[apiextensions.JSONSchemaPropsOrBool]():        "SchemaOrBool",
	reflect.TypeFor[apiextensions.JSONSchemaPropsOrArray]():       "SchemaOrArray",
	reflect.TypeFor[apiextensions.JSONSchemaPropsOrStringArray](): "SchemaOrStrings",
}

// field is number, JSON name, type, shape. The shape says what the JSON has: `value` and `?value` one value (with `?` left out where it is
// zero), `*` a pointer, `[]` a list, `{}` a map by string; `*`, `[]` and `{}` with `?` left out where nothing is set, else null; `inline`
// has its fields in the message around it.
type field [4]any

func printFields(out io.Writer) {
	messages := map[string][]field{}
	kinds := map[string]string{}
	for _, kind := range bodyKinds() {
		kinds[kindKey(kind)] = messageOf(scheme.Scheme.AllKnownTypes()[kind], messages)
	}
	// Read by what the special types hold.
	messageOf(reflect.TypeFor[apiextensions.JSONSchemaProps](), messages)

	fmt.Fprintf(out, "{\n\"version\": %q,\n\"kinds\": {\n", version)
	printSorted(out, kinds)
	fmt.Fprint(out, "},\n\"messages\": {\n")
	printSorted(out, messages)
	fmt.Fprint(out, "}\n}\n")
}

func printSorted[V any](out io.Writer, values map[string]V) {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	for i, name := range names {
		value, err := json.Marshal(values[name])
		check(err)
		comma := ","
		if i == len(names)-1 {
			comma = ""
		}
		fmt.Fprintf(out, "%q: %s%s\n", name, value, comma)
	}
}

// messageOf adds the fields of a type, and of all types in it, and returns its name.
func messageOf(goType reflect.Type, messages map[string][]field) string {
	name := messageName(goType)
	if _, isKnown := messages[name]; isKnown {
		return name
	}
	messages[name] = []field{}
	if goType.Kind() == reflect.Slice {
		// ExtraValue and the like: a list that is a message, with its items in field 1.
		messages[name] = []field{{1, "items", scalarOrMessage(goType.Elem(), messages), "list"}}
		return name
	}
	for i := range goType.NumField() {
		structField := goType.Field(i)
		tag := structField.Tag.Get("protobuf")
		if tag == "" || tag == "-" {
			if structField.Type != reflect.TypeFor[metav1.TypeMeta]() {
				panic(fmt.Sprintf("%s.%s has no protobuf tag", name, structField.Name))
			}
			continue
		}
		messages[name] = append(messages[name], fieldOf(structField, tag, messages))
	}
	return name
}

func fieldOf(structField reflect.StructField, tag string, messages map[string][]field) field {
	tagParts := strings.Split(tag, ",")
	number, err := strconv.Atoi(tagParts[1])
	check(err)
	jsonParts := strings.Split(structField.Tag.Get("json"), ",")
	options := strings.Join(jsonParts[1:], ",") + ","
	goType := structField.Type
	if strings.Contains(options, "inline,") || (structField.Anonymous && jsonParts[0] == "") {
		if goType.Kind() == reflect.Pointer {
			panic("an inline pointer: " + structField.Name)
		}
		return field{number, "", messageOf(goType, messages), "inline"}
	}
	mark := ""
	if strings.Contains(options, "omitempty,") {
		mark = "?"
	}
	_, isSpecial := special[goType]
	switch {
	case goType.Kind() == reflect.Pointer:
		return field{number, jsonParts[0], scalarOrMessage(goType.Elem(), messages), mark + "*"}
	case goType.Kind() == reflect.Map:
		return field{number, jsonParts[0], scalarOrMessage(goType.Elem(), messages), mark + "{}"}
	case isList(goType):
		return field{number, jsonParts[0], scalarOrMessage(goType.Elem(), messages), mark + "[]"}
	case goType.Kind() == reflect.Struct || isSpecial:
		// encoding/json's omitempty never leaves out a struct, its omitzero does.
		mark = ""
		if strings.Contains(options, "omitzero,") {
			mark = "?"
		}
	}
	return field{number, jsonParts[0], scalarOrMessage(goType, messages), mark + "value"}
}

// isList tells a list from bytes, and from a list that is a message. The tag does not: some lists are tagged `opt`.
func isList(goType reflect.Type) bool {
	_, isMessage := reflect.PointerTo(goType).MethodByName("Unmarshal")
	return goType.Kind() == reflect.Slice && goType.Elem().Kind() != reflect.Uint8 && !isMessage
}

func scalarOrMessage(goType reflect.Type, messages map[string][]field) string {
	if name, isSpecial := special[goType]; isSpecial {
		return name
	}
	switch goType.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Int32:
		return "int32"
	case reflect.Int64:
		return "int64"
	case reflect.Float64:
		return "double"
	case reflect.Slice:
		if goType.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		return messageOf(goType, messages)
	case reflect.Struct:
		return messageOf(goType, messages)
	}
	panic("a type that the reader has no line for: " + goType.String())
}

// messageName is the last folders of the package, then the type: `core/v1.PodSpec`.
func messageName(goType reflect.Type) string {
	folders := strings.Split(goType.PkgPath(), "/")
	if len(folders) > 2 {
		folders = folders[len(folders)-2:]
	}
	return strings.Join(folders, "/") + "." + goType.Name()
}
