use serde_json::Value;
use trace::{Call, Fate, RecordRef};

use super::{Dialect, Exchange, Kind, Reply, recognise};
use crate::{About, Confidence, Container, Format, Head, Output, Reader, Record};

/// So many streams are put together at once; of more, the oldest has ended.
const MAX_OPEN: usize = 16;

/// Bodies of one dialect; those of others are read as well.
pub(crate) struct Bodies(pub(crate) &'static dyn Dialect);

impl Format for Bodies {
    fn about(&self) -> &About {
        self.0.about()
    }

    fn sniff(&self, head: &Head) -> Confidence {
        if head.container != Container::Json {
            return Confidence::No;
        }
        let known = head.records.iter().filter_map(|record| {
            let parts = pair(record)
                .map_or([Some(record), None], |(request, response)| [Some(request), Some(response)]);
            parts.into_iter().flatten().filter_map(recognise).max_by_key(|(.., confidence)| *confidence)
        });
        // The dialect of the first value that any dialect is so sure of reads the file.
        let best = known.reduce(|best, next| if next.2 > best.2 { next } else { best });
        best.filter(|(dialect, ..)| dialect.about().key == self.0.about().key)
            .map_or(Confidence::No, |best| best.2)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(BodyReader::default())
    }
}

/// A request and its response, as many keep them in one record.
fn pair(value: &Value) -> Option<(&Value, &Value)> {
    let (request, response) = (&value["request"], &value["response"]);
    (request.is_object() && (response.is_object() || response.is_string())).then_some((request, response))
}

#[derive(Default)]
struct BodyReader {
    open: Vec<Stream>,
}

/// A streamed response under way.
struct Stream {
    reply: Reply,
    id: Option<String>,
    at: RecordRef,
}

impl Reader for BodyReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(record.text).unwrap_or_default();
        let at = record.at;
        if let Some((request, response)) = pair(&value) {
            let text = response.as_str();
            let reply = text
                .map_or_else(|| Reply::of_value(response.clone(), None), |text| Reply::of_text(text, None));
            let known = reply.is_some() || recognise(request).is_some();
            return match known {
                true => self.add(Exchange { request: Some(request), reply, ..Exchange::default() }, at, out),
                false => out.count(Fate::Dropped("no request or response of a known provider")),
            };
        }
        match recognise(&value) {
            Some((_, Kind::Request, _)) => {
                self.add(Exchange { request: Some(&value), ..Exchange::default() }, at, out);
            }
            // A stream may end in an error that stands alone.
            Some((dialect, Kind::Response, Confidence::Possible)) if !self.open.is_empty() => {
                self.event(dialect, &value, at, out);
            }
            Some((dialect, Kind::Response, _)) => {
                let reply = Some(Reply { dialect, body: value, streamed: false });
                self.add(Exchange { reply, ..Exchange::default() }, at, out);
            }
            Some((dialect, Kind::Event, _)) => self.event(dialect, &value, at, out),
            None => out.count(Fate::Dropped("no request or response of a known provider")),
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        for stream in std::mem::take(&mut self.open) {
            stream.end(out);
        }
    }
}

impl BodyReader {
    fn add(&self, exchange: Exchange<'_>, at: RecordRef, out: &mut Output<'_>) {
        out.count(Fate::Kept);
        exchange.add(Call::at(at), None, out);
    }

    fn event(&mut self, dialect: &'static dyn Dialect, value: &Value, at: RecordRef, out: &mut Output<'_>) {
        let id = dialect.id_of(value);
        // An event without an id belongs to the stream that went on last.
        let place = self.open.iter().rposition(|stream| {
            stream.reply.dialect.about().key == dialect.about().key
                && (id.is_none() || stream.id.is_none() || stream.id.as_deref() == id)
        });
        let mut stream = match place {
            Some(place) => self.open.remove(place),
            None => {
                let reply = Reply { dialect, body: Value::Null, streamed: true };
                Stream { reply, id: None, at }
            }
        };
        let ended = dialect.fold(&mut stream.reply.body, value);
        match place {
            Some(_) => out.count(Fate::Merged("part of a stream")),
            None if stream.reply.body.is_null() => {
                return out.count(Fate::Dropped("an event that belongs to no stream"));
            }
            None => out.count(Fate::Kept),
        }
        stream.id = stream.id.or(id.map(str::to_owned));
        let end = (at.offset + u64::from(at.len)).saturating_sub(stream.at.offset);
        stream.at.len = u32::try_from(end).unwrap_or(u32::MAX);
        match ended {
            true => stream.end(out),
            false => self.open.push(stream),
        }
        if self.open.len() > MAX_OPEN {
            self.open.remove(0).end(out);
        }
    }
}

impl Stream {
    fn end(self, out: &mut Output<'_>) {
        Exchange { reply: Some(self.reply), ..Exchange::default() }.add(Call::at(self.at), None, out);
    }
}
