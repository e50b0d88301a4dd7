use yew::prelude::*;

/// Line drawings of 16 px with a stroke of 1.5 px.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// Fast.
    Bolt,
    /// Fine.
    Check,
    /// Time.
    Clock,
    /// Close or remove.
    Close,
    /// Money.
    Coin,
    /// Copy.
    Copy,
    /// Opens downwards.
    Down,
    /// Can be dragged.
    Drag,
    /// Failed.
    Error,
    /// Copy or save.
    Export,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Nothing leaves.
    Lock,
    /// Menu.
    Menu,
    /// Dark theme.
    Moon,
    /// Pinned.
    Pin,
    /// Add.
    Plus,
    /// Leads on.
    Right,
    /// Search.
    Search,
    /// Tokens.
    Stack,
    /// Light theme.
    Sun,
    /// Theme of the system.
    System,
    /// As a table.
    Table,
    /// Worth a look.
    Warn,
}

impl IconName {
    const fn path(self) -> &'static str {
        match self {
            IconName::Bolt => "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
            IconName::Check => "M3 8.5 6.5 12 13 4.5",
            IconName::Clock => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 5v3.2l2 1.3",
            IconName::Close => "M4 4l8 8M12 4l-8 8",
            IconName::Coin => {
                "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M9.8 6.2C9.4 5.6 8.8 5.4 8 5.4c-1 0-1.8.5-1.8 1.3 0 1.7 3.6.9 3.6 2.6 0 .8-.8 1.3-1.8 1.3-.8 0-1.5-.3-1.9-.9M8 4.4v1M8 10.6v1"
            }
            IconName::Copy => "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
            IconName::Down => "M4.5 6.5 8 10l3.5-3.5",
            IconName::Drag => "M6 4v.1M6 8v.1M6 12v.1M10 4v.1M10 8v.1M10 12v.1",
            IconName::Error => "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
            IconName::Export => "M8 9.5v-7M5.5 5 8 2.5 10.5 5M3 9.5v4h10v-4",
            IconName::File => "M4 1.5h5L12.5 5v9.5h-8.5zM9 1.5V5h3.5",
            IconName::Folder => "M1.5 3.5h4.5L7.5 5h7v8.5h-13z",
            IconName::Lock => "M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3.5 7h9v6.5h-9z",
            IconName::Menu => "M3 4.5h10M3 8h10M3 11.5h10",
            IconName::Moon => "M13 9.8A5.5 5.5 0 0 1 6.2 3a5.5 5.5 0 1 0 6.8 6.8",
            IconName::Pin => "M8 9.5V14M5 2.5h6l-.8 4 1.8 3H4l1.8-3z",
            IconName::Plus => "M8 3.5v9M3.5 8h9",
            IconName::Right => "M6.5 4.5 10 8l-3.5 3.5",
            IconName::Search => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3 13.5 13.5",
            IconName::Stack => "M2.5 4.5 8 2l5.5 2.5L8 7zM2.5 8 8 10.5 13.5 8M2.5 11.3 8 13.8l5.5-2.5",
            IconName::Sun => {
                "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9"
            }
            IconName::System => "M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3",
            IconName::Table => "M2.5 3h11v10h-11zM2.5 6.5h11M2.5 9.8h11M6.5 3v10",
            IconName::Warn => "M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1",
        }
    }
}

/// Properties of [`Icon`].
#[derive(Clone, PartialEq, Properties)]
pub struct IconProps {
    /// Which drawing.
    pub name: IconName,
    /// Further classes, for its colour.
    #[prop_or_default]
    pub class: Classes,
}

/// A drawing beside a word; screen readers hear the word alone.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class={classes!("icon", props.class.clone())} viewBox="0 0 16 16" aria-hidden="true">
            <path d={props.name.path()} />
        </svg>
    }
}

/// The mark beside the name: a small flame graph.
#[component]
pub fn BrandMark() -> Html {
    const ROWS: [(&str, &str, &str); 4] =
        [("1", "14", "16"), ("2.5", "10", "12"), ("4", "6", "8"), ("6.5", "2", "3.5")];
    html! {
        <svg class="brand-mark" viewBox="0 0 18 18" aria-hidden="true">
            { for ROWS.into_iter().enumerate().map(|(row, (x, y, width))| {
                let fill = if row > 1 { "var(--ember)" } else { "var(--text)" };
                html! { <rect {x} {y} {width} height="3" rx=".5" {fill} /> }
            }) }
        </svg>
    }
}
