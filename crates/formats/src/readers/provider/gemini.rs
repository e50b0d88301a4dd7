use serde_json::Value;
use trace::{Call, Convention, Operation, RecordRef, Service, Usage};
use units::Figure;

use super::{
    Dialect, Kind, error, fold, has,
    usage::{Counts, sum},
};
use crate::{About, Confidence, Family, Output, json};

/// Google's Gemini, by its own API or Vertex.
pub(crate) struct Gemini;

impl Dialect for Gemini {
    fn about(&self) -> &'static About {
        &About {
            key: "gemini",
            name: "Gemini response",
            family: Family::Http,
            origin: "Requests, responses and streams of generateContent.",
        }
    }

    fn provider(&self, _body: &Value) -> &'static str {
        "google"
    }

    fn kind(&self, value: &Value) -> Option<(Kind, Confidence)> {
        let meta = value["usageMetadata"].is_object();
        let candidates = value["candidates"].is_array();
        // A whole response and a part of one look the same.
        match () {
            () if candidates && (meta || has(value, &["modelVersion"])) => {
                Some((Kind::Event, Confidence::Certain))
            }
            () if meta && has(value, &["modelVersion"]) => Some((Kind::Event, Confidence::Certain)),
            () if candidates && value["candidates"][0]["content"]["parts"].is_array() => {
                Some((Kind::Event, Confidence::Likely))
            }
            () if value["contents"][0]["parts"].is_array() => Some((Kind::Request, Confidence::Likely)),
            () if value["error"]["status"].is_string() && value["error"]["code"].is_u64() => {
                Some((Kind::Response, Confidence::Likely))
            }
            () => None,
        }
    }

    fn id_of<'a>(&self, event: &'a Value) -> Option<&'a str> {
        event["responseId"].as_str()
    }

    fn fold(&self, body: &mut Value, event: &Value) -> bool {
        // The counts of each part hold those of the parts before.
        fold::merge(body, event, &["usageMetadata", "modelVersion", "responseId", "createTime", "error"]);
        let mut ended = false;
        for candidate in event["candidates"].as_array().into_iter().flatten() {
            let candidates = fold::field(body, "candidates");
            let Some(whole) = fold::item(candidates, fold::index(&candidate["index"])) else { continue };
            fold::merge(whole, candidate, &["index", "finishReason"]);
            ended |= candidate["finishReason"].is_string();
            let content = fold::field(whole, "content");
            fold::merge(content, &candidate["content"], &["role"]);
            let parts = fold::list(fold::field(content, "parts"));
            for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
                match parts.last_mut() {
                    Some(last)
                        if last["text"].is_string()
                            && part["text"].is_string()
                            && last["thought"] == part["thought"] =>
                    {
                        fold::append(&mut last["text"], &part["text"]);
                    }
                    _ => parts.push(part.clone()),
                }
            }
        }
        // Without an id, the next part is the next response's.
        ended && !event["responseId"].is_string()
    }

    fn read(&self, body: &Value, call: &mut Call, out: &mut Output<'_>) {
        let at = call.record;
        call.response = out.builder.intern(body["responseId"].as_str().unwrap_or(""));
        call.model = out.builder.intern(body["modelVersion"].as_str().unwrap_or("")).or(call.model);
        call.start = call.start.or(out.known(json::timestamp(&body["createTime"]), "createTime", at));
        call.usage = usage(body, at, out);
        // `ON_DEMAND`, `ON_DEMAND_FLEX`, `ON_DEMAND_PRIORITY`
        let traffic = body["usageMetadata"]["trafficType"].as_str().unwrap_or("");
        call.service = Service::parse(traffic.strip_prefix("ON_DEMAND_").unwrap_or(traffic));
        if let Some((status, error)) = error(body) {
            (call.status, call.error) = (status, out.builder.intern(&error));
        }
    }

    fn operation(&self, value: &Value) -> Operation {
        let embeds = has(value, &["embedding"]) || has(value, &["embeddings"]);
        if embeds { Operation::Embed } else { Operation::Generate }
    }
}

pub(super) fn usage(body: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut counts = Counts { usage: &body["usageMetadata"], at, out };
    let input = [counts.tokens("/promptTokenCount"), counts.tokens("/toolUsePromptTokenCount")];
    let reasoning = counts.tokens("/thoughtsTokenCount");
    let mut read = Usage {
        cache_read: counts.tokens("/cachedContentTokenCount"),
        output: sum(&[counts.tokens("/candidatesTokenCount"), reasoning]),
        reasoning,
        ..Usage::default()
    };
    // A document is billed as the pictures of its pages.
    for (class, list, kinds) in [
        (&mut read.audio_input, "promptTokensDetails", &["AUDIO"][..]),
        (&mut read.image_input, "promptTokensDetails", &["IMAGE", "DOCUMENT"]),
        (&mut read.audio_output, "candidatesTokensDetails", &["AUDIO"]),
        (&mut read.image_output, "candidatesTokensDetails", &["IMAGE"]),
    ] {
        let parts = counts.usage[list].as_array().map_or(0, Vec::len);
        let own =
            |i: &usize| counts.usage[list][i]["modality"].as_str().is_some_and(|kind| kinds.contains(&kind));
        let own: Vec<usize> = (0..parts).filter(own).collect();
        let tokens: Vec<Figure> =
            own.iter().map(|i| counts.tokens(&format!("/{list}/{i}/tokenCount"))).collect();
        *class = sum(&tokens);
    }
    read.set_input(sum(&input), Convention::Inclusive);
    read
}
