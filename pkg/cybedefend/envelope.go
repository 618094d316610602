package cybedefend

import (
	"bytes"
	"encoding/json"
)

// decodeObject decodes the object that has all the keys: the body itself, or else what it has under "data".
func decodeObject(body []byte, into any, keys ...string) error {
	for _, candidate := range envelope(body) {
		object := fields(candidate)
		if object == nil || !hasAll(object, keys) {
			continue
		}
		if err := json.Unmarshal(candidate, into); err != nil {
			return unreadable("%w", err)
		}
		return nil
	}
	return unreadable("not an object with %q", keys)
}

// envelope returns where a reply's content may be, first choice first.
func envelope(body []byte) [2]json.RawMessage {
	body = bytes.TrimSpace(body)
	return [2]json.RawMessage{body, fields(body)["data"]}
}

// fields returns the members of a JSON object, nil if it is none.
func fields(raw json.RawMessage) map[string]json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return nil
	}
	return object
}

func hasAll(object map[string]json.RawMessage, keys []string) bool {
	for _, key := range keys {
		if _, ok := object[key]; !ok {
			return false
		}
	}
	return true
}

// leading returns the members that a JSON object has before the place where it was cut, whole ones only.
func leading(body []byte) map[string]json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil
	}
	object := map[string]json.RawMessage{}
	for decoder.More() {
		key, err := decoder.Token()
		name, ok := key.(string)
		var value json.RawMessage
		if err != nil || !ok || decoder.Decode(&value) != nil {
			break
		}
		object[name] = value
	}
	return object
}
