//! Who waits for whom: a tree from those who hold everybody up.

use super::{Board, activity::ends};
use crate::words;
use leptos::prelude::*;
use miorai_model::database::BlockingReport;

/// A line of waiting backends is followed so far: a deadlock would have no end.
const DEEPEST: usize = 8;

/// A backend in the tree, with those that wait for it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Node {
    pid: i32,
    /// What it is: the state of one that holds a lock, the lock that one waits for.
    what: String,
    seconds: Option<f64>,
    text: String,
    waiting: Vec<Self>,
}

/// The trees of those who wait for nobody and hold up others; where everybody waits in a ring, of each in it.
fn trees(blocking: &[BlockingReport]) -> Vec<Node> {
    let waits = |pid| blocking.iter().any(|line| line.waiting_pid == pid);
    let mut roots: Vec<&BlockingReport> = blocking.iter().filter(|line| !waits(line.blocking_pid)).collect();
    if roots.is_empty() {
        roots = blocking.iter().collect();
    }
    let mut trees: Vec<Node> = Vec::new();
    for root in roots {
        if !trees.iter().any(|tree| tree.pid == root.blocking_pid) {
            trees.push(Node {
                pid: root.blocking_pid,
                what: root.blocking_state.clone(),
                seconds: root.blocking_seconds,
                text: root.blocking_text.clone(),
                waiting: waiting_for(root.blocking_pid, blocking, DEEPEST),
            });
        }
    }
    trees
}

fn waiting_for(pid: i32, blocking: &[BlockingReport], depth: usize) -> Vec<Node> {
    let lines = blocking.iter().filter(|line| line.blocking_pid == pid && depth > 0);
    lines
        .map(|line| Node {
            pid: line.waiting_pid,
            what: format!("waits for {}", line.lock),
            seconds: line.waiting_seconds,
            text: line.waiting_text.clone(),
            waiting: waiting_for(line.waiting_pid, blocking, depth - 1),
        })
        .collect()
}

/// The panel; nothing while nobody waits.
#[component]
pub fn Locks() -> impl IntoView {
    let board = Board::here();
    let blocking = Memo::new(move |_| board.of_server(|server| server.blocking.clone()));
    let shown = move || trees(&blocking.read()).into_iter().map(|tree| node(board, tree, true)).collect_view();
    let waiting = move || {
        let mut pids: Vec<i32> = blocking.with(|lines| lines.iter().map(|line| line.waiting_pid).collect());
        pids.dedup();
        format!("{} waiting", pids.len())
    };
    view! {
        <article class="panel over" id="locks" hidden=move || blocking.with(Vec::is_empty)>
            <div class="panel-head">
                <h2>"Who holds up whom " <small>{waiting}</small></h2>
            </div>
            <ul class="lock-tree">{shown}</ul>
        </article>
    }
}

fn node(board: Board, node: Node, is_root: bool) -> AnyView {
    let Node { pid, what, seconds, text, waiting } = node;
    let below = (!waiting.is_empty()).then(|| {
        let below = waiting.into_iter().map(|waiting| self::node(board, waiting, false)).collect_view();
        view! { <ul class="lock-tree">{below}</ul> }
    });
    let sign = is_root.then(|| view! { <span class="sign bad" aria-hidden="true">"✕ "</span> });
    view! {
        <li>
            <p>
                {sign} <strong>{pid}</strong> " " {what} " "
                <span class="dim">"for " {words::seconds(seconds)}</span> " " {ends(board, pid)}
            </p>
            <p class="path statement" title=text.clone()>{text.clone()}</p>
            {below}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod unit {
    use super::*;

    fn line(waiting_pid: i32, blocking_pid: i32) -> BlockingReport {
        BlockingReport { waiting_pid, blocking_pid, ..BlockingReport::default() }
    }

    fn shape(nodes: &[Node]) -> String {
        let told = nodes.iter().map(|node| format!("{}({})", node.pid, shape(&node.waiting)));
        told.collect::<Vec<_>>().concat()
    }

    #[test]
    fn those_who_hold_everybody_up_stand_at_the_top() {
        let trees = trees(&[line(2, 1), line(3, 1), line(4, 3), line(9, 8)]);
        assert_eq!(shape(&trees), "1(2()3(4()))8(9())");
    }

    #[test]
    fn a_ring_has_an_end() {
        assert_eq!(trees(&[line(1, 2), line(2, 1)]).len(), 2);
    }
}
