use serde::{Deserialize, Serialize};
use units::{Figure, Money, Nanos, Timestamp};

use crate::{CallId, List, Phase, Phases, RecordRef, SpanId, Status, StrId};

/// What was asked of the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operation {
    /// Chat, completion, generation of content.
    #[default]
    Generate,
    /// Embedding of texts.
    Embed,
    /// Ranking of texts against a query.
    Rerank,
}

/// What a provider sells a request as; each has its own prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// As a rule.
    Standard,
    /// Answered within a day, for less.
    Batch,
    /// Answered when there is room, for less.
    Flex,
    /// Answered before others, for more.
    Priority,
    /// Generated faster than as a rule, for more: Anthropic's `speed`.
    Fast,
}

impl Service {
    /// From the word of a provider; `None` for what has no price of its own (`auto`, `scale`).
    pub fn parse(word: &str) -> Option<Service> {
        Some(match word.to_ascii_lowercase().as_str() {
            "standard" | "default" | "on_demand" => Service::Standard,
            "batch" => Service::Batch,
            "flex" => Service::Flex,
            "priority" | "fast" => Service::Priority,
            _ => return None,
        })
    }

    /// The key in figures.
    pub const fn key(self) -> &'static str {
        match self {
            Service::Standard => "standard",
            Service::Batch => "batch",
            Service::Flex => "flex",
            Service::Priority => "priority",
            Service::Fast => "fast",
        }
    }
}

/// Which meaning of "input tokens" a source has, and how it was brought to ours (all prompt tokens, cached
/// ones included).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Convention {
    /// The input count includes cache reads and writes already.
    #[default]
    Inclusive,
    /// The input count is the uncached part only: reads and writes were added.
    Exclusive,
    /// The input count was said to include the cached part but is smaller than it: it was uncached, so reads
    /// and writes were added.
    Repaired,
}

impl Convention {
    /// The sentence for a person.
    pub const fn describe(self) -> &'static str {
        match self {
            Convention::Inclusive => "OpenAI's way: the file's input count includes cached tokens",
            Convention::Exclusive => {
                "Anthropic's way: the file's input count leaves out cached tokens; they were added"
            }
            Convention::Repaired => {
                "repaired: the file's input count is smaller than its cached tokens, so it leaves them out; they were added"
            }
        }
    }
}

/// The tokens of a call by class. `input` counts every prompt token, `output` every generated one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input: Figure,
    /// Of the input: read from the provider's prompt cache.
    pub cache_read: Figure,
    /// Of the input: written to the provider's prompt cache, whatever the lifetime.
    pub cache_write: Figure,
    /// Of the cache writes: those with a lifetime of one hour.
    pub cache_write_1h: Figure,
    /// All generated tokens, reasoning included.
    pub output: Figure,
    /// Of the output: reasoning.
    pub reasoning: Figure,
    /// Of the input: sound.
    pub audio_input: Figure,
    /// Of the output: sound.
    pub audio_output: Figure,
    /// Of the input: pictures.
    pub image_input: Figure,
    /// Of the output: pictures.
    pub image_output: Figure,
    /// Searches of the web that the provider made; billed by the search.
    pub web_searches: Figure,
    /// How the input count was read.
    pub convention: Convention,
}

impl Usage {
    /// Puts the classes in order: adds cached tokens to an input that leaves them out, by the source's
    /// convention or because the figures cannot be right otherwise.
    ///
    /// `input` is the source's own figure; the other fields are set already.
    pub fn set_input(&mut self, input: Figure, convention: Convention) {
        let cached = self.cache_read.or_zero().saturating_add(self.cache_write.or_zero());
        self.convention = match input.get() {
            Some(tokens) if convention == Convention::Inclusive && cached > tokens => Convention::Repaired,
            _ => convention,
        };
        self.input = match (input.get(), self.convention) {
            (Some(tokens), Convention::Exclusive | Convention::Repaired) => {
                Figure::new(tokens.saturating_add(cached), input.from())
            }
            _ => input,
        };
    }

    /// Input that was neither read from nor written to a cache. Unknown where the input is; a cache class
    /// that the file does not mention counts as none.
    pub fn fresh(&self) -> Figure {
        match self.input.get() {
            Some(input) => Figure::new(
                input.saturating_sub(self.cache_read.or_zero()).saturating_sub(self.cache_write.or_zero()),
                self.input.from(),
            ),
            None => Figure::UNKNOWN,
        }
    }

    /// Which of two tellings of the same call knows more: the larger input, then the larger output. A
    /// stream's first event has a placeholder for both.
    pub(crate) fn weight(&self) -> (Option<u64>, Option<u64>) {
        (self.input.get(), self.output.get())
    }

    /// Whether anything is known of the tokens.
    pub(crate) fn is_told(&self) -> bool {
        self.weight() != (None, None)
    }
}

/// What makes two records one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The provider's id of the response.
    Response(StrId),
    /// The provider's ids of the response and of the request: other requests are other calls, though another
    /// source may tell of the first one by the response alone.
    Request(StrId, StrId),
    /// An id that is unique within one source only (an observation of a tracing product).
    Own(StrId, StrId),
}

/// One call to a model, as one record tells it.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where the record lies.
    pub record: RecordRef,
    /// The record of the same call that stands for this one.
    pub merged_into: Option<CallId>,
    /// Its span, if the source has spans.
    pub span: Option<SpanId>,
    /// The trace or request it belongs to.
    pub trace: StrId,
    /// The session or conversation.
    pub session: StrId,
    /// The user of the application on whose behalf it was made.
    pub user: StrId,
    /// What it is called: a span's name, a route.
    pub name: StrId,
    /// The part of the application that made it (agent, workflow, the record's own `component`).
    pub component: StrId,
    /// What was asked.
    pub operation: Operation,
    /// The provider.
    pub provider: StrId,
    /// The model, as the response names it, else as the request does.
    pub model: StrId,
    /// What the provider sold it as, where the source says it.
    pub service: Option<Service>,
    /// Whether the source says that it was answered in a region that was asked for, for which some sellers ask more.
    pub regional: bool,
    /// Its sampling parameters, one way for each set of them: `max_tokens=100 temperature=0.7`. With others the same
    /// prompt is another question to a cache of answers.
    pub parameters: StrId,
    /// The provider's id of the response.
    pub response: StrId,
    /// When it began.
    pub start: Option<Timestamp>,
    /// How long it took, never negative.
    pub duration: Option<Nanos>,
    /// Time to the first token, from the call's start.
    pub ttft: Option<Nanos>,
    /// Time in the server's queue, where the source says it.
    pub queue: Option<Nanos>,
    /// Time to load the model, where the source says it.
    pub model_load: Option<Nanos>,
    /// Tokens per second, where the source says it.
    pub tokens_per_second: Option<f64>,
    /// A whole latency profile, where the record is one.
    pub profile: Option<Phases>,
    /// Tokens.
    pub usage: Usage,
    /// How it ended.
    pub status: Status,
    /// The error's type or code.
    pub error: StrId,
    /// The cost that stands in the file. A reported 0 mostly means "not computed": readers leave it out.
    pub reported_cost: Option<Money>,
    /// Whether the application's own cache answered.
    pub cache_hit: Option<bool>,
    /// Earlier failed attempts at the same request.
    pub retries: u32,
    /// Inside another call, this one is the same call only if both tell the same tokens. For sources whose
    /// nested calls are not always one instrumentation inside another.
    pub strict_nesting: bool,
    /// The times between the chunks of its answer; see [`Trace::gaps`](crate::Trace::gaps).
    pub gaps: List,
    /// The blocks of its prompt; see [`Trace::blocks`](crate::Trace::blocks).
    pub blocks: List,
    /// How many tokens a block of its prompt has; 0 where it is not told in blocks.
    pub block_tokens: u32,
    /// Its messages: a range of [`Trace::messages`](crate::Trace::messages).
    pub messages: (u32, u32),
}

impl Call {
    /// A call of which nothing is known but where its record lies.
    pub fn at(record: RecordRef) -> Call {
        Call {
            record,
            merged_into: None,
            span: None,
            trace: StrId::NONE,
            session: StrId::NONE,
            user: StrId::NONE,
            name: StrId::NONE,
            component: StrId::NONE,
            operation: Operation::Generate,
            provider: StrId::NONE,
            model: StrId::NONE,
            service: None,
            regional: false,
            parameters: StrId::NONE,
            response: StrId::NONE,
            start: None,
            duration: None,
            ttft: None,
            queue: None,
            model_load: None,
            tokens_per_second: None,
            profile: None,
            usage: Usage::default(),
            status: Status::Ok,
            error: StrId::NONE,
            reported_cost: None,
            cache_hit: None,
            retries: 0,
            strict_nesting: false,
            gaps: List::default(),
            blocks: List::default(),
            block_tokens: 0,
            messages: (0, 0),
        }
    }

    /// Whether it came to an end of its own: failed and cancelled calls have no place in percentiles.
    pub fn is_finished(&self) -> bool {
        !self.status.is_error()
    }

    /// When it ended.
    pub fn end(&self) -> Option<Timestamp> {
        Some(self.start? + self.duration?)
    }

    /// Mean gap between output tokens: time after the first token / (C − 1), for two tokens or more.
    pub fn itl_ms(&self) -> Option<f64> {
        let tokens = self.usage.output.get().filter(|&c| c >= 2)?;
        Some(self.after_first_token()?.as_ms() / (tokens - 1) as f64)
    }

    /// Output tokens per second after the first: C / time after the first token. As the file says, where the
    /// times are not there.
    pub fn output_rate(&self) -> Option<f64> {
        match (self.usage.output.get(), self.after_first_token()) {
            (Some(tokens), Some(time)) => Some(tokens as f64 / (time.as_ms() / 1e3)),
            _ => self.tokens_per_second,
        }
    }

    /// The time in which all tokens but the first came: E2E − TTFT of the call alone. A latency profile has
    /// work before and after the call in its duration, and says this time itself. `None` where it is zero:
    /// then nothing was streamed.
    fn after_first_token(&self) -> Option<Nanos> {
        let time = match &self.profile {
            Some(profile) => profile.get(Phase::TokenGeneration),
            None => self.duration? - self.ttft?,
        };
        (time > Nanos::ZERO).then_some(time)
    }

    /// Takes over what another telling of the same call knows. With `nested`, this call is the outer span
    /// and its times stand; of siblings the one that knows more tokens is right about its times as well.
    pub(crate) fn absorb(&mut self, other: &Call, nested: bool) {
        let fuller = other.usage.weight() > self.usage.weight();
        self.usage = match fuller {
            true => merge_usage(other.usage, self.usage),
            false => merge_usage(self.usage, other.usage),
        };
        // Start, duration and first token belong together.
        if other.duration.is_some() && (self.duration.is_none() || (fuller && !nested)) {
            (self.start, self.duration) = (other.start.or(self.start), other.duration);
            self.ttft = other.ttft.or(self.ttft);
            self.gaps = other.gaps.or(self.gaps);
            if !nested {
                self.span = other.span.or(self.span);
            }
        }
        if !nested {
            self.ttft = self.ttft.or(other.ttft);
        } else if other.queue.is_some() {
            // Only a server knows its queue. It measures the first token from its own, later start; that of
            // another instrumentation inside would tell the same as this one, if it was streamed.
            let later = self.start.zip(other.start).map_or(Nanos::ZERO, |(outer, inner)| inner - outer);
            self.ttft = self.ttft.or(other.ttft.map(|ttft| ttft + later.max(Nanos::ZERO)));
        }
        if other.messages.1 - other.messages.0 > self.messages.1 - self.messages.0 {
            self.messages = other.messages;
        }
        for (mine, theirs) in [
            (&mut self.trace, other.trace),
            (&mut self.session, other.session),
            (&mut self.user, other.user),
            (&mut self.name, other.name),
            (&mut self.component, other.component),
            (&mut self.provider, other.provider),
            (&mut self.model, other.model),
            (&mut self.parameters, other.parameters),
            (&mut self.response, other.response),
            (&mut self.error, other.error),
        ] {
            *mine = mine.or(theirs);
        }
        self.gaps = self.gaps.or(other.gaps);
        if self.blocks.is_empty() {
            (self.blocks, self.block_tokens) = (other.blocks, other.block_tokens);
        }
        self.service = self.service.or(other.service);
        self.regional |= other.regional;
        self.span = self.span.or(other.span);
        self.start = self.start.or(other.start);
        self.queue = self.queue.or(other.queue);
        self.model_load = self.model_load.or(other.model_load);
        self.tokens_per_second = self.tokens_per_second.or(other.tokens_per_second);
        self.profile = self.profile.or(other.profile);
        self.reported_cost = self.reported_cost.or(other.reported_cost);
        self.cache_hit = self.cache_hit.or(other.cache_hit);
        self.retries = self.retries.max(other.retries);
        self.status = self.status.max(other.status);
    }
}

/// The better telling, its gaps filled from the other one.
fn merge_usage(better: Usage, other: Usage) -> Usage {
    Usage {
        input: better.input.or(other.input),
        cache_read: better.cache_read.or(other.cache_read),
        cache_write: better.cache_write.or(other.cache_write),
        cache_write_1h: better.cache_write_1h.or(other.cache_write_1h),
        output: better.output.or(other.output),
        reasoning: better.reasoning.or(other.reasoning),
        audio_input: better.audio_input.or(other.audio_input),
        audio_output: better.audio_output.or(other.audio_output),
        image_input: better.image_input.or(other.image_input),
        image_output: better.image_output.or(other.image_output),
        web_searches: better.web_searches.or(other.web_searches),
        convention: if better.input.is_known() { better.convention } else { other.convention },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_smaller_than_its_cached_part_was_uncached() {
        let cached = |read, write| Usage {
            cache_read: Figure::reported(read),
            cache_write: Figure::reported(write),
            ..Usage::default()
        };
        for (read, write, input, convention, total, fresh, applied) in [
            (1408, 0, 1536, Convention::Inclusive, 1536, 128, Convention::Inclusive),
            (2048, 1500, 12, Convention::Exclusive, 3560, 12, Convention::Exclusive),
            (2048, 1500, 12, Convention::Inclusive, 3560, 12, Convention::Repaired),
            (0, 0, 12, Convention::Exclusive, 12, 12, Convention::Exclusive),
        ] {
            let mut usage = cached(read, write);
            usage.set_input(Figure::reported(input), convention);
            assert_eq!(usage.input.get(), Some(total));
            assert_eq!(usage.fresh().get(), Some(fresh));
            assert_eq!(usage.convention, applied);
        }
        let mut unknown = cached(5, 0);
        unknown.set_input(Figure::UNKNOWN, Convention::Inclusive);
        assert_eq!(unknown.fresh(), Figure::UNKNOWN);
    }
}
