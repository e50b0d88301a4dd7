//! The view in the address: `#/requests?model=gpt-5-mini&sort=-cost`. The address holds what is looked at and
//! how, never the data.

use engine::protocol::{CallId, Filter, GroupBy, LatencyOrder, Sort, SortKey, StatusFilter};

/// The screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// The drop zone.
    #[default]
    Landing,
    /// What there is, at a glance.
    Overview,
    /// Call by call.
    Requests,
    /// Where the time goes.
    Latency,
    /// Span by span.
    Flame,
    /// Where the money goes.
    Bill,
    /// What caches would save and break.
    Caches,
    /// Counting and pricing a typed prompt.
    Workbench,
}

impl Screen {
    /// The screens that have a tab.
    pub const TABS: [Screen; 7] = [
        Screen::Overview,
        Screen::Requests,
        Screen::Latency,
        Screen::Flame,
        Screen::Bill,
        Screen::Caches,
        Screen::Workbench,
    ];

    /// Its name on the tab.
    pub const fn label(self) -> &'static str {
        match self {
            Screen::Landing => "Open",
            Screen::Overview => "Overview",
            Screen::Requests => "Requests",
            Screen::Latency => "Latency",
            Screen::Flame => "Flame",
            Screen::Bill => "Bill",
            Screen::Caches => "Caches",
            Screen::Workbench => "Workbench",
        }
    }

    /// Its name in the address.
    pub const fn key(self) -> &'static str {
        match self {
            Screen::Landing => "",
            Screen::Overview => "overview",
            Screen::Requests => "requests",
            Screen::Latency => "latency",
            Screen::Flame => "flame",
            Screen::Bill => "bill",
            Screen::Caches => "caches",
            Screen::Workbench => "workbench",
        }
    }

    /// Whether it is one of the screens of the labs, which are fetched when one of them is first shown.
    pub const fn is_in_labs(self) -> bool {
        matches!(self, Screen::Latency | Screen::Flame | Screen::Bill | Screen::Caches | Screen::Workbench)
    }

    /// Whether it has nothing to show without files.
    pub const fn needs_files(self) -> bool {
        !matches!(self, Screen::Landing | Screen::Workbench)
    }
}

/// What is looked at, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The screen.
    pub screen: Screen,
    /// Which calls count.
    pub filter: Filter,
    /// The order of the table of requests.
    pub sort: Sort,
    /// The call whose details are open.
    pub call: Option<CallId>,
    /// The order of the single requests on the latency screen.
    pub order: LatencyOrder,
    /// What the rows of the bill are grouped by, and the groups of the latency screen.
    pub by: GroupBy,
    /// The day whose prices the bill has; empty for each request's own.
    pub as_of: String,
    /// What requests are measured against: `ttft=500ms,itl=50ms,e2e=10s`.
    pub slo: String,
    /// Mode, weight and range of the flame screen, as it writes them; empty for its first picture.
    pub flame: String,
}

const STATUSES: [(StatusFilter, &str); 3] =
    [(StatusFilter::Ok, "ok"), (StatusFilter::Error, "error"), (StatusFilter::Retried, "retried")];

const SORTS: [(SortKey, &str); 11] = [
    (SortKey::Start, "start"),
    (SortKey::Name, "name"),
    (SortKey::Model, "model"),
    (SortKey::Status, "status"),
    (SortKey::Duration, "duration"),
    (SortKey::Ttft, "ttft"),
    (SortKey::Input, "input"),
    (SortKey::Cached, "cached"),
    (SortKey::Output, "output"),
    (SortKey::Rate, "rate"),
    (SortKey::Cost, "cost"),
];

impl View {
    /// The screen with nothing filtered.
    pub fn of(screen: Screen) -> View {
        View { screen, ..View::default() }
    }

    /// The same filter on another screen.
    pub fn at(&self, screen: Screen) -> View {
        View { screen, call: None, ..self.clone() }
    }

    /// The part of the address from `#` on.
    pub fn to_hash(&self) -> String {
        let mut hash = format!("#/{}", self.screen.key());
        let mut mark = '?';
        let mut put = |key: &str, value: &str| {
            hash.push(mark);
            mark = '&';
            hash.push_str(key);
            hash.push('=');
            escape(value, &mut hash);
        };
        if !self.filter.text.is_empty() {
            put("q", &self.filter.text);
        }
        for (key, value) in [("model", &self.filter.model), ("component", &self.filter.component)] {
            if let Some(value) = value {
                put(key, value);
            }
        }
        if let Some(status) = self.filter.status {
            put("status", name_of(&STATUSES, status));
        }
        if self.sort != Sort::default() {
            let minus = if self.sort.descending { "-" } else { "" };
            put("sort", &format!("{minus}{}", name_of(&SORTS, self.sort.by)));
        }
        if let Some(CallId(call)) = self.call {
            put("call", &call.to_string());
        }
        if self.order == LatencyOrder::Time {
            put("order", "time");
        }
        if self.by != GroupBy::default() {
            put("by", self.by.key());
        }
        for (key, value) in [("as-of", &self.as_of), ("slo", &self.slo)] {
            if !value.is_empty() {
                put(key, value);
            }
        }
        if !self.flame.is_empty() {
            put("flame", &self.flame);
        }
        hash
    }

    /// Reads what [`to_hash`](Self::to_hash) wrote. What it does not know it leaves out: an address may be
    /// typed, or come from another version.
    pub fn from_hash(hash: &str) -> View {
        let path = hash.trim_start_matches('#').trim_start_matches('/');
        let (screen, query) = path.split_once('?').unwrap_or((path, ""));
        let mut view = View::of(Screen::TABS.into_iter().find(|tab| tab.key() == screen).unwrap_or_default());
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = unescape(value);
            match key {
                "q" => view.filter.text = value,
                "model" => view.filter.model = Some(value),
                "component" => view.filter.component = Some(value),
                "status" => view.filter.status = named(&STATUSES, &value),
                "sort" => {
                    let by = value.trim_start_matches('-');
                    if let Some(by) = named(&SORTS, by) {
                        view.sort = Sort { by, descending: value.starts_with('-') };
                    }
                }
                "call" => view.call = value.parse().ok().map(CallId),
                "order" if value == "time" => view.order = LatencyOrder::Time,
                "by" => view.by = GroupBy::ALL.into_iter().find(|by| by.key() == value).unwrap_or_default(),
                "as-of" => view.as_of = value,
                "slo" => view.slo = value,
                "flame" => view.flame = value,
                _ => {}
            }
        }
        view
    }
}

fn name_of<T: PartialEq>(names: &[(T, &'static str)], value: T) -> &'static str {
    names.iter().find(|(known, _)| *known == value).map_or("", |(_, name)| name)
}

fn named<T: Copy>(names: &[(T, &'static str)], name: &str) -> Option<T> {
    names.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
}

fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b':' => {
                out.push(byte.into());
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.filter(|_| first == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn an_address_reads_back_as_the_view_it_was_written_for() {
        let view = View {
            screen: Screen::Requests,
            filter: Filter {
                text: "50% off & «more» = #1?".to_owned(),
                model: Some(String::new()),
                component: Some("few_shot/examples".to_owned()),
                status: Some(StatusFilter::Retried),
            },
            sort: Sort { by: SortKey::Cost, descending: true },
            call: Some(CallId(7)),
            order: LatencyOrder::Time,
            by: GroupBy::Day,
            as_of: "2026-11-01".to_owned(),
            slo: "ttft=500ms,itl=12.5ms".to_owned(),
            flame: "left.dollars.5-90".to_owned(),
        };
        assert_eq!(View::from_hash(&view.to_hash()), view);
        assert_eq!(View::default().to_hash(), "#/");
    }

    #[wasm_bindgen_test]
    fn an_address_from_elsewhere_is_read_as_far_as_it_is_known() {
        for (hash, screen) in
            [("", Screen::Landing), ("#/limits?x=1", Screen::Landing), ("#latency", Screen::Latency)]
        {
            assert_eq!(View::from_hash(hash), View::of(screen));
        }
        let odd = View::from_hash("#/requests?sort=-size&status=fine&call=x&q=%E2%82&model");
        assert_eq!(odd.filter.text, "\u{fffd}");
        assert_eq!(View { filter: Filter::default(), ..odd }, View::of(Screen::Requests));
    }
}
