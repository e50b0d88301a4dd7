use yew::prelude::*;

use super::command::Command;
use crate::route::{Screen, View};
use crate::state::{Theme, use_theme, use_view};
use crate::widgets::{BrandMark, Icon, IconName};

#[derive(Clone, PartialEq, Properties)]
pub struct TopBarProps {
    pub run: Callback<Command>,
    /// On the landing page there are no files, hence no tabs.
    pub landing: bool,
}

/// Brand, screens, and what can be done everywhere.
#[component]
pub fn TopBar(props: &TopBarProps) -> Html {
    let (view, theme) = (use_view(), use_theme());
    let press = |command: Command| {
        let run = props.run.clone();
        Callback::from(move |_: MouseEvent| run.emit(command.clone()))
    };
    let theme_icon = match *theme {
        Theme::System => IconName::System,
        Theme::Light => IconName::Sun,
        Theme::Dark => IconName::Moon,
    };
    let switch = format!("Theme: {}. Switch to {}", theme.key(), theme.next().key());
    html! {
        <header class="top">
            <a class="brand" href={View::default().to_hash()}><BrandMark />{ "Tokenflame" }</a>
            if props.landing {
                <span class="dim wide">{ "A profiler for LLM applications" }</span>
            } else {
                <nav class="tabs" aria-label="Views">
                    { for Screen::TABS.into_iter().map(|tab| html! {
                        <a href={view.view().at(tab).to_hash()}
                            aria-current={(tab == view.view().screen).then_some("page")}>{ tab.label() }</a>
                    }) }
                </nav>
            }
            <span class="grow" />
            if !props.landing {
                <button type="button" class="btn quiet" title="Open files (o)" onclick={press(Command::Open)}>
                    <Icon name={IconName::Plus} /><span class="word">{ "Open" }</span>
                </button>
                <button type="button" class="btn quiet" title="Open a folder (Shift O)" onclick={press(Command::OpenFolder)}>
                    <Icon name={IconName::Folder} /><span class="vh">{ "Open a folder" }</span>
                </button>
            }
            <button type="button" class="btn quiet" title="Commands and search (Ctrl K)"
                onclick={press(Command::Palette)}>
                <Icon name={IconName::Search} /><span class="word">{ "Search" }</span><kbd class="wide">{ "Ctrl K" }</kbd>
            </button>
            <button type="button" class="btn quiet" title={switch.clone()} onclick={press(Command::Theme(theme.next()))}>
                <Icon name={theme_icon} /><span class="vh">{ switch }</span>
            </button>
            <button type="button" class="btn quiet" title="All keys (?)" onclick={press(Command::Keys)}>
                <span class="mono" aria-hidden="true">{ "?" }</span><span class="vh">{ "All keys" }</span>
            </button>
        </header>
    }
}
