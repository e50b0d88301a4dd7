//! VCR cassettes, as the recorders of Python and Ruby tests write them in YAML or JSON. Each interaction is a
//! record.

use serde_json::{Value, value::RawValue};
use trace::{Call, Fate, RecordRef};
use units::Timestamp;

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    http::{Body, Hop},
    json,
};

/// VCR cassettes.
pub struct Vcr;

/// Keys of the list of interactions in a JSON cassette.
const LISTS: [&str; 2] = ["interactions", "http_interactions"];

impl Format for Vcr {
    fn about(&self) -> &'static About {
        &About {
            key: "vcr-cassette",
            name: "VCR cassette",
            family: Family::Http,
            origin: "Cassettes of VCR (Python, Ruby), in YAML or JSON.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            is_interaction(record) || LISTS.iter().any(|list| is_interaction(&record[list][0]))
        };
        // The address may stand behind a body that is longer than the head.
        let cut = |record: &Value| {
            let keys = ["request", "response", "recorded_at"];
            let only =
                record.as_object().is_some_and(|map| map.keys().all(|key| keys.contains(&key.as_str())));
            let request = &record["request"];
            only && (request["headers"].is_object() || request.get("parsed_body").is_some())
        };
        match () {
            () if head.records.iter().any(own) => Confidence::Certain,
            () if head.records.len() == 1 && cut(&head.records[0]) => Confidence::Likely,
            () => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(VcrReader)
    }
}

fn is_interaction(value: &Value) -> bool {
    value["request"]["uri"].is_string() && value["request"]["method"].is_string()
}

struct VcrReader;

impl Reader for VcrReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let lists: std::collections::BTreeMap<String, &RawValue> =
            serde_json::from_str(record.text).unwrap_or_default();
        let list = LISTS.iter().find_map(|name| lists.get(*name));
        let Some(list) = list.and_then(|list| serde_json::from_str::<Vec<&RawValue>>(list.get()).ok()) else {
            return self.interaction(record.text, record.at, out);
        };
        let mut places = record.places();
        for interaction in list {
            self.interaction(interaction.get(), places.next(interaction.get()), out);
        }
    }
}

impl VcrReader {
    fn interaction(&mut self, text: &str, at: RecordRef, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        if !is_interaction(&value) {
            return out.count(Fate::Dropped("not an interaction"));
        }
        let (request, response) = (&value["request"], &value["response"]);
        out.secrets_of(text, at);
        let url = request["uri"].as_str().unwrap_or("");
        let status = [&response["status"]["code"], &response["status_code"], &response["status"]];
        let status = status.into_iter().find(|status| !status.is_null() && !status.is_object());
        let hop = Hop {
            method: request["method"].as_str().unwrap_or(""),
            url,
            request: body(request, at, out),
            response: body(response, at, out),
            status: status.and_then(|status| out.known(json::whole(status), "status", at)),
            error: "",
        };
        let mut call = Call::at(at);
        call.start =
            out.known(json::timestamp(&value["recorded_at"]), "recorded_at", at).or_else(|| date(response));
        hop.add(call, |_| {}, out);
    }
}

/// When the server answered, by its own clock.
fn date(response: &Value) -> Option<Timestamp> {
    let headers = response["headers"].as_object()?;
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("date"))?;
    let text = value.as_str().or(value[0].as_str())?;
    let stamp = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    i64::try_from(stamp.as_nanosecond()).ok().map(Timestamp)
}

/// A body in any of the ways to keep one.
fn body(side: &Value, at: RecordRef, out: &mut Output<'_>) -> Body<'static> {
    if !side["parsed_body"].is_null() {
        return Body::Parsed(side["parsed_body"].clone());
    }
    let body = &side["body"];
    let of = |value: &Value, out: &mut Output<'_>| match value {
        Value::String(text) => Some(Body::of_text(text.clone())),
        value => value["base64"].as_str().map(|text| Body::of_base64(text, at, out)),
    };
    if let Some(text) = body["base64_string"].as_str() {
        return Body::of_base64(text, at, out);
    }
    of(body, out).or_else(|| of(&body["string"], out)).unwrap_or_default()
}
