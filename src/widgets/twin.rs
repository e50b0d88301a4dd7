use yew::prelude::*;

/// The figures of a chart as a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableTwin {
    /// The headers.
    pub columns: Vec<AttrValue>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<AttrValue>>,
    /// Which columns hold numbers.
    pub numeric: Vec<bool>,
}

impl TableTwin {
    fn is_numeric(&self, column: usize) -> bool {
        self.numeric.get(column).copied().unwrap_or_default()
    }

    /// The table on screen.
    pub fn view(&self, caption: &AttrValue) -> Html {
        let class = |i: usize| self.is_numeric(i).then_some("num");
        html! {
            <div class="scrollx" tabindex="0" role="region" aria-label={caption}>
                <table class="tight">
                    <caption class="vh">{ caption }</caption>
                    <thead><tr>
                        { for self.columns.iter().enumerate().map(|(i, name)| html! {
                            <th scope="col" class={classes!(class(i))}>{ name }</th>
                        }) }
                    </tr></thead>
                    <tbody>
                        { for self.rows.iter().map(|row| html! {
                            <tr>{ for row.iter().enumerate().map(|(i, cell)| html! {
                                <td class={classes!(class(i))}>{ cell }</td>
                            }) }</tr>
                        }) }
                    </tbody>
                </table>
            </div>
        }
    }

    /// As comma-separated values.
    pub fn csv(&self) -> String {
        let quote = |(i, cell): (usize, &AttrValue)| {
            // A spreadsheet would run a text that looks like a formula.
            let guard = if !self.is_numeric(i) && cell.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
            if guard.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
                cell.to_string()
            } else {
                format!("\"{guard}{}\"", cell.replace('"', "\"\""))
            }
        };
        self.lines(|row| row.iter().enumerate().map(quote).collect::<Vec<_>>().join(",")).join("\r\n")
    }

    /// As a Markdown table.
    pub fn markdown(&self) -> String {
        let mut lines = self.lines(|row| {
            let cells: String = row
                .iter()
                .map(|cell| format!(" {} |", cell.replace('|', "\\|").replace('\n', " ")))
                .collect();
            format!("|{cells}")
        });
        let rule: String =
            (0..self.columns.len()).map(|i| if self.is_numeric(i) { " ---: |" } else { " --- |" }).collect();
        lines.insert(1, format!("|{rule}"));
        lines.join("\n")
    }

    fn lines(&self, line: impl Fn(&[AttrValue]) -> String) -> Vec<String> {
        std::iter::once(&self.columns).chain(&self.rows).map(|row| line(row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn copies_are_well_formed_and_safe() {
        let twin = TableTwin {
            columns: vec!["Model".into(), "Calls".into()],
            rows: vec![vec!["=cmd|' /C calc'".into(), "1,204".into()], vec!["a \"b\"".into(), "-3".into()]],
            numeric: vec![false, true],
        };
        assert_eq!(twin.csv(), "Model,Calls\r\n\"'=cmd|' /C calc'\",\"1,204\"\r\n\"a \"\"b\"\"\",-3");
        assert_eq!(
            twin.markdown(),
            "| Model | Calls |\n| --- | ---: |\n| =cmd\\|' /C calc' | 1,204 |\n| a \"b\" | -3 |"
        );
    }
}
