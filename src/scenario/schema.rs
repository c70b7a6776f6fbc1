//! The format as a JSON Schema, for editors: derived from the types that read it, so that it cannot say anything else.

use super::document::{Chapter, Document, Include, Item, Operation, Prelude, Repeat};
use crate::kernel::Action;
use crate::kernel::op::NUMBER_PATTERN;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The schema of a scenario. Draft 7, which editors know best.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft07().with_transform(RecursiveTransform(as_it_is_read));
    let mut schema = settings.into_generator().into_root_schema_for::<Document>();
    schema.insert("title".into(), "A scenario of pagewalk".into());
    schema.to_value()
}

/// What the reader does with any type: a key that is left out is not `null`, and a number may be a string.
fn as_it_is_read(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            // Beside a `$ref` nothing else is looked at.
            match object.is_empty() {
                true => object.extend(only),
                false => {
                    object.insert("allOf".into(), json!([only]));
                }
            }
        }
    }
    if object.get("type") == Some(&json!("integer")) {
        object.insert("type".into(), json!(["integer", "string"]));
        object.insert("pattern".into(), NUMBER_PATTERN.into());
        object.remove("format");
    }
    if object.get("default") == Some(&Value::Null) {
        object.remove("default");
    }
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

impl JsonSchema for Item {
    fn schema_name() -> Cow<'static, str> {
        "Item".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut choices = operations(generator);
        choices.push(generator.subschema_for::<Chapter>().to_value());
        choices.push(generator.subschema_for::<Repeat>().to_value());
        choices.push(generator.subschema_for::<Include>().to_value());
        // Files that are included have a schema of their own, beside the scenario's.
        generator.subschema_for::<Prelude>();
        json_schema!({ "description": "A chapter, a repetition, an included file or an operation.", "anyOf": choices })
    }
}

/// One schema for each operation: its own keys, and those that every operation may have.
fn operations(generator: &mut SchemaGenerator) -> Vec<Value> {
    let common = Operation::json_schema(generator);
    let common = common.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let actions = Action::json_schema(generator);
    let variants = actions.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    variants.into_iter().map(|variant| operation(variant, &common)).collect()
}

fn operation(mut variant: Value, common: &Map<String, Value>) -> Value {
    if let Some(properties) = variant["properties"].as_object_mut() {
        properties.extend(common.clone());
    }
    variant["additionalProperties"] = false.into();
    variant
}
