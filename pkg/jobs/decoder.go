package jobs

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/nearest"

	"go.yaml.in/yaml/v4"
)

// maxValues bounds how many values one job may have: with aliases, a small file can stand for very many.
const maxValues = 100_000

// fieldsOf returns the fields of the struct that target points to, by the names of their options.
func fieldsOf(target any) (map[string]reflect.Value, error) {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("options are decoded into a pointer to a struct, not into %T", target)
	}
	fields := make(map[string]reflect.Value)
	return fields, addFields(fields, v.Elem())
}

func addFields(fields map[string]reflect.Value, of reflect.Value) error {
	for field, v := range of.Fields() {
		name, flags, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		inline := slices.Contains(strings.Split(flags, ","), "inline")
		switch {
		case inline && v.Kind() != reflect.Struct:
			return fmt.Errorf("%s cannot be inline: it is no struct", field.Name)
		case inline:
			if err := addFields(fields, v); err != nil {
				return err
			}
		case v.CanSet() && name != "-":
			if name == "" {
				name = strings.ToLower(field.Name)
			}
			if _, twice := fields[name]; twice {
				return fmt.Errorf("two fields are called %q", name)
			}
			fields[name] = v
		}
	}
	return nil
}

// decoder puts options into the fields of a struct.
type decoder struct {
	faults
	fields map[string]reflect.Value
	values int
}

func (d *decoder) decode(options options) {
	for _, one := range options {
		field, known := d.fields[one.key]
		if !known {
			text := "there is no such option"
			if meant := nearest.Word(one.key, slices.Concat(slices.Sorted(maps.Keys(d.fields)), Terms())); meant != "" {
				text += "; did you mean " + meant + "?"
			}
			d.fault(one.line, one.key, "%s", text)
			continue
		}
		fresh := reflect.New(field.Type()).Elem() // what was there before is replaced, not added to
		if isNull(one.value) {
			d.fault(one.line, one.key, "no value: leave the key out, or write \"\" for an empty text")
		} else if d.value(one.key, one.value, fresh) {
			field.Set(fresh)
		}
	}
}

// value decodes a node, and reports whether all is well with it.
func (d *decoder) value(key string, node *yaml.Node, into reflect.Value) bool {
	if d.values++; d.values > maxValues {
		d.fault(node.Line, key, "the aliases stand for more than %d values", maxValues)
		return false
	}
	value := resolve(node)
	text, takesText := reflect.TypeAssert[encoding.TextUnmarshaler](into.Addr())
	var err error
	switch {
	case isNull(value):
		err = errors.New("no value")
	case takesText && value.Kind == yaml.ScalarNode:
		err = text.UnmarshalText([]byte(value.Value))
	case into.Kind() == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return d.value(key, node, into.Elem())
	case into.Kind() == reflect.Slice:
		return d.list(key, node, into)
	case into.Kind() == reflect.Map && into.Type().Key().Kind() == reflect.String:
		return d.mapping(key, node, into)
	case value.Kind == yaml.SequenceNode:
		err = errors.New("expected one value, not a list")
	case value.Kind != yaml.ScalarNode:
		err = errors.New("expected one value, not a mapping")
	default:
		err = scalar(value, into)
	}
	if err != nil {
		d.fault(node.Line, key, "%w", err)
	}
	return err == nil
}

// list decodes a list, or a scalar as a list of one.
func (d *decoder) list(key string, node *yaml.Node, into reflect.Value) bool {
	value := resolve(node)
	items := value.Content
	switch value.Kind {
	case yaml.ScalarNode:
		items = []*yaml.Node{node}
	case yaml.SequenceNode:
	default:
		d.fault(node.Line, key, "expected a value or a list of them, not a mapping")
		return false
	}
	into.Set(reflect.MakeSlice(into.Type(), 0, min(len(items), maxValues)))
	well := true
	for _, item := range items {
		fresh := reflect.New(into.Type().Elem()).Elem()
		well = d.value(key, item, fresh) && well
		if d.values > maxValues {
			return false
		}
		into.Set(reflect.Append(into, fresh))
	}
	return well
}

// mapping decodes a mapping, whose keys are texts.
func (d *decoder) mapping(key string, node *yaml.Node, into reflect.Value) bool {
	if resolve(node).Kind != yaml.MappingNode {
		d.fault(node.Line, key, "expected a mapping, as in {NAME: VALUE}")
		return false
	}
	reader := reader{faults: faults{path: d.path}}
	pairs, _ := reader.options(node, "a mapping")
	d.errs = append(d.errs, reader.errs...)
	into.Set(reflect.MakeMapWithSize(into.Type(), len(pairs)))
	well := len(reader.errs) == 0
	for _, pair := range pairs {
		fresh := reflect.New(into.Type().Elem()).Elem()
		well = d.value(key, pair.value, fresh) && well
		if d.values > maxValues {
			return false
		}
		into.SetMapIndex(reflect.ValueOf(pair.key).Convert(into.Type().Key()), fresh)
	}
	return well
}

// scalar decodes what stands in one place, into a type of Go's own.
func scalar(node *yaml.Node, into reflect.Value) error {
	expected := ""
	var err error
	switch kind := into.Kind(); {
	case into.Type() == reflect.TypeFor[time.Duration]():
		var duration time.Duration
		duration, err = time.ParseDuration(node.Value)
		expected = "a duration such as 24h"
		into.SetInt(int64(duration))
	case kind == reflect.String:
		into.SetString(node.Value)
	case kind == reflect.Bool:
		expected = "true or false"
		var truth bool
		truth, err = strconv.ParseBool(strings.ToLower(node.Value))
		into.SetBool(truth)
	case into.CanInt():
		var number int64
		number, err = strconv.ParseInt(untagged(node, "!!int", "!!str"), 10, into.Type().Bits())
		expected = "a whole number"
		into.SetInt(number)
	case into.CanUint():
		var number uint64
		number, err = strconv.ParseUint(untagged(node, "!!int", "!!str"), 10, into.Type().Bits())
		expected = "a whole number, not below 0"
		into.SetUint(number)
	case into.CanFloat():
		var number float64
		number, err = strconv.ParseFloat(untagged(node, "!!int", "!!float", "!!str"), into.Type().Bits())
		expected = "a number"
		into.SetFloat(number)
	default:
		return fmt.Errorf("no value can be decoded into a %s", into.Type())
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("expected %s, and %s is out of range", expected, shown(node.Value))
	case err != nil:
		return fmt.Errorf("expected %s, found %s", expected, shown(node.Value))
	}
	return nil
}

// untagged returns the text of a node that YAML takes for one of the tags, "" of any other: what is in quotes is a text.
func untagged(node *yaml.Node, tags ...string) string {
	if slices.Contains(tags, node.ShortTag()) {
		return node.Value
	}
	return ""
}

// shown quotes a value, cut to a length that keeps the message readable.
func shown(value string) string {
	const most = 80
	if len(value) > most {
		return strconv.Quote(strings.ToValidUTF8(value[:most], "")) + "…"
	}
	return strconv.Quote(value)
}
