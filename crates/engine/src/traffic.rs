//! The calls of a session as traffic that caches can be replayed on.
//!
//! A prompt is told in parts, each as long as tokens are known for. Where the file reports how many tokens a prompt
//! has, the ends of prompts are exact: what follows an earlier prompt has as many tokens as the two differ by. Within
//! what is new, messages count as the tokenizer has them, and the last of them has the rest.

use caching::{Lifetime, Owned, Part, Rates, Request};
use pricing::Class;
use rustc_hash::FxHashMap;
use trace::{Breakpoint, Call, CallId, Component, Message, Operation, StrId, TextId, Usage};
use units::{Figure, Money, Provenance};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::{
    answers::select,
    bill::{billable, cost, terms},
    counts::{Method, role_name},
    protocol::Filter,
    session::Session,
};

/// A file that shows less than this share of a prompt's tokens shows only what is new of it.
const WHOLE: f64 = 0.5;
/// Tokens behind a breakpoint that are a template's and no part of their own.
const TEMPLATE: u64 = 64;

/// The generating calls of a filter by arrival, without those that failed before they had any tokens.
pub(crate) fn traffic(session: &Session, filter: &Filter) -> Owned {
    let trace = session.trace();
    let mut ids: Vec<CallId> = select(trace, filter);
    ids.retain(|id| {
        let call = trace.call(*id);
        call.operation == Operation::Generate && (call.is_finished() || call.usage.input.is_known())
    });
    // Calls without a time stay behind the one before them in the file.
    let mut times = Vec::with_capacity(ids.len());
    let mut last = i64::MIN;
    for id in &ids {
        last = trace.call(*id).start.map_or(last, |at| at.0);
        times.push((last, *id));
    }
    times.sort_unstable();
    let mut filling = Filling::new(session);
    for (_, id) in times {
        filling.call(id);
    }
    filling.owned
}

/// A beginning of a prompt that was sent: its parts, and its tokens.
#[derive(Clone, Copy)]
struct Sent {
    parts: (u32, u32),
    tokens: u64,
    /// The hash of all that was said up to here.
    said: u64,
}

struct Filling<'a> {
    session: &'a Session,
    owned: Owned,
    texts: FxHashMap<TextId, (u32, u64)>,
    models: FxHashMap<StrId, (u32, Method)>,
    /// By the hash of all messages of a prompt.
    sent: FxHashMap<u64, Sent>,
    /// The last prompt of each session.
    last: FxHashMap<StrId, Sent>,
    /// Of each part the hash of all messages up to its end; 0 where it ends with none.
    said: Vec<u64>,
}

impl<'a> Filling<'a> {
    fn new(session: &'a Session) -> Filling<'a> {
        Filling {
            session,
            owned: Owned::default(),
            texts: FxHashMap::default(),
            models: FxHashMap::default(),
            sent: FxHashMap::default(),
            last: FxHashMap::default(),
            said: Vec::new(),
        }
    }

    fn call(&mut self, id: CallId) {
        let session = self.session;
        let call = session.trace().call(id);
        let (model, method) = self.model(call.model);
        let messages = session.messages(call);
        let mut prompt: Vec<Message> =
            messages.iter().filter(|message| !message.component.is_output()).copied().collect();
        if self.owned.models[model as usize].contains("claude") {
            // Anthropic has tools before all else. platform.claude.com, prompt caching.
            prompt.sort_by_key(|message| message.component != Component::Tools);
        }
        let from = self.owned.parts.len() as u32;
        let mut before = 0;
        if call.blocks.is_empty() {
            before = self.messages(call, &prompt, method);
        } else {
            self.blocks(call);
        }
        let parts = (from, self.owned.parts.len() as u32);
        let question = question(&prompt);
        let mut request = Request {
            at: call.start,
            model,
            parts,
            input: call.usage.input,
            output: call.usage.output,
            duration: call.duration,
            cached: call.usage.cache_read,
            written: call.usage.cache_write,
            parameters: match session.trace().str(call.parameters) {
                "" => 0,
                told => xxh3_64(told.as_bytes()),
            },
            rates: self.rates(call),
            cost: session.bill.cost(session.trace(), call, &call.usage).map(|cost| cost.total),
            ..Request::default()
        };
        if let Some(question) = question {
            request.prompt = Some(self.text(prompt[question].text).0);
            let (mut system, mut context) = (None, before);
            for (at, message) in prompt.iter().enumerate().filter(|(at, _)| *at != question) {
                let hash = self.hash(message);
                if is_fixed(message.component) {
                    system = Some(chain(system.unwrap_or(1), hash));
                } else {
                    context = chain(chain(context, hash), u64::from(at > question));
                }
            }
            (request.system, request.context) = (system, context);
        } else if parts.0 < parts.1 {
            let all = self.owned.parts[parts.0 as usize..].iter();
            request.prompt_hash =
                Some(all.fold(1, |hash, part| chain(chain(hash, part.hash), part.tokens.into())));
        }
        let answer = messages.iter().find(|message| message.component == Component::Output);
        request.response = answer.map(|message| self.text(message.text).0);
        self.owned.requests.push(request);
        self.owned.uncached.push(uncached(session, call));
        self.owned.ids.push(id.0);
    }

    fn model(&mut self, name: StrId) -> (u32, Method) {
        let next = self.owned.models.len() as u32;
        let (session, models) = (self.session, &mut self.owned.models);
        *self.models.entry(name).or_insert_with(|| {
            let name = session.trace().str(name);
            models.push(name.to_owned());
            (next, Method::of_model(name))
        })
    }

    /// The number of a text, and its hash.
    fn text(&mut self, id: TextId) -> (u32, u64) {
        let next = self.owned.texts.len() as u32;
        let (session, texts) = (self.session, &mut self.owned.texts);
        *self.texts.entry(id).or_insert_with(|| {
            let text = session.trace().text(id);
            texts.push(text.to_owned());
            (next, xxh3_64(text.as_bytes()))
        })
    }

    /// The hash of a message.
    fn hash(&mut self, message: &Message) -> u64 {
        let text = self.text(message.text).1;
        chain(text, xxh3_64(role_name(message.role).as_bytes()))
    }

    /// What tokens of a call cost.
    fn rates(&mut self, call: &Call) -> Option<u32> {
        let session = self.session;
        let price = session.bill.price(session.trace(), call)?;
        let size = call.usage.input.or_zero();
        let input = price.rate(Class::Input, size)?;
        let differs = |class| price.rate(class, size).filter(|rate| *rate != input);
        let rates = Rates {
            input,
            output: price.rate(Class::Output, size)?,
            read: differs(Class::CacheRead),
            write: differs(Class::CacheWrite5m),
            write_1h: differs(Class::CacheWrite1h),
        };
        // There are few: one for each model, day and size.
        let all = &mut self.owned.rates;
        let known = all.iter().position(|known| *known == rates).unwrap_or_else(|| {
            all.push(rates);
            all.len() - 1
        });
        Some(known as u32)
    }

    /// The parts of a prompt that is told in blocks.
    fn blocks(&mut self, call: &Call) {
        let trace = self.session.trace();
        let size = u64::from(call.block_tokens).max(1);
        self.owned.block_tokens = self.owned.block_tokens.max(narrow(size));
        let mut left = call.usage.input.get();
        // Blocks are numbered within their file.
        let file = u64::from(call.record.file.0);
        for id in trace.blocks(call) {
            let tokens = left.map_or(size, |left| left.min(size));
            left = left.map(|left| left - tokens);
            let hash = xxh3_64_with_seed(&id.to_le_bytes(), file);
            self.push(Part { hash, tokens: tokens as u32, ..Part::default() }, 0);
        }
    }

    fn push(&mut self, part: Part, said: u64) {
        self.owned.parts.push(part);
        self.said.push(said);
    }

    /// The parts of a prompt that is told in messages. The answer is the hash of what was said before, where the file
    /// shows only what is new.
    fn messages(&mut self, call: &Call, prompt: &[Message], method: Method) -> u64 {
        let usage = &call.usage;
        if prompt.is_empty() && call.session.is_none() || usage.input.get() == Some(0) {
            return 0;
        }
        let mut hashes = Vec::with_capacity(prompt.len());
        let mut all = 1;
        for message in prompt {
            all = chain(all, self.hash(message));
            hashes.push(all);
        }
        let counts: Option<Vec<u64>> =
            prompt.iter().map(|message| self.session.counts.of(method, message.text).get()).collect();
        let reported = usage.input.from() == Provenance::Reported;
        let (end, mark) = cacheable(usage);
        let shown = counts.as_ref().map(|counts| counts.iter().sum::<u64>());
        let new_only = reported && shows_new_only(call, shown);
        let begin = hashes.iter().rposition(|hash| self.sent.contains_key(hash));
        let (mut base, mut fresh) = match begin.filter(|_| reported && !new_only) {
            Some(at) => (self.sent.get(&hashes[at]).copied(), at + 1),
            None => (self.last.get(&call.session).copied().filter(|_| new_only), 0),
        };
        // A prompt that is shorter than the one that it would go on from is another.
        if let Some(sent) = base.filter(|sent| end.is_none_or(|end| end < sent.tokens)) {
            let known = fresh > 0 && end.is_some_and(|end| sent.tokens.saturating_sub(end) <= TEMPLATE);
            base = base.filter(|_| known);
            fresh = if known { fresh } else { 0 };
        }
        let before = self.last.get(&call.session).filter(|_| new_only).map_or(0, |sent| sent.said);
        let from = self.owned.parts.len();
        let mut tokens = 0;
        if let Some(sent) = base {
            let range = sent.parts.0 as usize..sent.parts.1 as usize;
            self.owned.parts.extend_from_within(range.clone());
            self.said.extend_from_within(range);
            self.owned.parts[from..].iter_mut().for_each(|part| part.mark = None);
            tokens = sent.tokens;
        }
        let end = end.filter(|_| reported);
        let whole = end.map(|end| end.saturating_sub(tokens));
        let new = &prompt[fresh.min(prompt.len())..];
        let counted = counts.as_deref().map(|counts| &counts[fresh.min(counts.len())..]);
        self.split(new, &hashes[fresh.min(prompt.len())..], counted, whole, (call.session, all));
        if let (Some(mark), Some(last)) = (mark, self.owned.parts[from..].last_mut()) {
            last.mark = Some(mark);
        }
        let set = prompt.iter().zip(&hashes).filter_map(|(message, said)| Some((message.breakpoint?, *said)));
        let mut set: Vec<(Breakpoint, u64)> = set.collect();
        if mark.is_some() {
            // That is where the figures of the file have the last one.
            set.pop();
        }
        for (breakpoint, said) in set {
            if let Some(at) = self.said[from..].iter().rposition(|end| *end == said) {
                self.owned.parts[from + at].mark = Some(lifetime(breakpoint));
            }
        }
        let parts = (from as u32, self.owned.parts.len() as u32);
        tokens = self.owned.parts[from..].iter().map(|part| u64::from(part.tokens)).sum();
        let sent = Sent { parts, tokens, said: chain(before, all) };
        if !new_only {
            self.sent.insert(all, sent);
        }
        if !call.session.is_none() {
            self.last.insert(call.session, sent);
        }
        let behind = usage.input.or_zero().saturating_sub(tokens);
        if behind > TEMPLATE && reported {
            let text = prompt.last().map(|message| self.text(message.text).0);
            self.push(Part { hash: chain(all, 2), tokens: narrow(behind), text, mark: None }, 0);
        }
        before
    }

    /// Parts of messages that have so many tokens together, if that is known.
    fn split(
        &mut self,
        messages: &[Message],
        said: &[u64],
        counts: Option<&[u64]>,
        whole: Option<u64>,
        (session, all): (StrId, u64),
    ) {
        let counted = counts.map_or(0, |counts| counts.iter().sum::<u64>());
        let fits = whole.is_none_or(|whole| counted <= whole) && !messages.is_empty();
        match (counts.filter(|_| fits), whole) {
            (Some(counts), whole) => {
                let mut rest = whole.map(|whole| whole - counted);
                for (at, ((message, said), count)) in messages.iter().zip(said).zip(counts).enumerate() {
                    // What the file does not show comes with the last one.
                    let more = if at + 1 == messages.len() { rest.take().unwrap_or(0) } else { 0 };
                    let hash = self.hash(message);
                    let text = Some(self.text(message.text).0);
                    let tokens = narrow(count + more);
                    self.push(Part { hash, tokens, text, mark: None }, *said);
                }
            }
            (None, Some(whole)) if whole > 0 => {
                let text = messages.first().map(|message| self.text(message.text).0);
                let own = messages.iter().fold(3, |hash, message| chain(hash, self.hash(message)));
                // Without a message nothing tells what it is: it is like no other.
                let unique = chain(u64::from(session.0) << 32 | self.owned.requests.len() as u64, all);
                let hash = if messages.is_empty() { unique } else { own };
                let part = Part { hash, tokens: narrow(whole), text, mark: None };
                self.push(part, said.last().copied().unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// Whether a call's messages are only those since the call before it in its session.
fn shows_new_only(call: &Call, shown: Option<u64>) -> bool {
    let input = call.usage.input.or_zero() as f64;
    !call.session.is_none() && shown.is_none_or(|shown| (shown as f64) < input * WHOLE)
}

/// Up to which token a prompt could be cached, and the breakpoint that stands there. Who reports writes tells the place of
/// the last breakpoint: what was read and written ends there.
fn cacheable(usage: &Usage) -> (Option<u64>, Option<Lifetime>) {
    let (read, write) = (usage.cache_read.or_zero(), usage.cache_write.or_zero());
    match usage.cache_write.get() {
        Some(_) if read + write > 0 => {
            let lifetime =
                if usage.cache_write_1h.or_zero() > 0 { Lifetime::Hour } else { Lifetime::Minutes5 };
            (Some(read + write), Some(lifetime))
        }
        _ => (usage.input.get(), None),
    }
}

fn lifetime(breakpoint: Breakpoint) -> Lifetime {
    match breakpoint {
        Breakpoint::Minutes5 => Lifetime::Minutes5,
        Breakpoint::Minutes30 => Lifetime::Minutes30,
        Breakpoint::Hour => Lifetime::Hour,
    }
}

fn narrow(tokens: u64) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

fn chain(before: u64, next: u64) -> u64 {
    xxh3_64_with_seed(&next.to_le_bytes(), before)
}

/// Instructions that stay the same.
fn is_fixed(component: Component) -> bool {
    matches!(component, Component::System | Component::Tools | Component::FewShot)
}

/// Which message a cache of answers would compare: the question, or else the last one that is no instruction.
fn question(prompt: &[Message]) -> Option<usize> {
    let last = |is: fn(Component) -> bool| prompt.iter().rposition(|message| is(message.component));
    last(|component| component == Component::User)
        .or_else(|| last(|component| !is_fixed(component)))
        .or_else(|| prompt.len().checked_sub(1))
}

/// What a call would have cost without a prompt cache: all its input fresh.
fn uncached(session: &Session, call: &Call) -> Option<Money> {
    let usage = Usage {
        cache_read: Figure::UNKNOWN,
        cache_write: Figure::UNKNOWN,
        cache_write_1h: Figure::UNKNOWN,
        ..call.usage
    };
    let tokens = billable(call, &usage)?;
    let price = session.bill.price(session.trace(), call)?;
    Some(cost(&price, tokens, &terms(call)).total)
}
