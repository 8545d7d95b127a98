//! Paints charts on their canvases, and lets the pointer and the keys act on them.

use crate::{
    address::Address,
    browser::address::unzoom,
    components::{
        chart::ChartState,
        sparkline::{SECONDS, SparkDef, summed},
        time_of_day::moment,
    },
    dashboard::Dashboard,
    store::SeriesStore,
    view::View,
};
use leptos::{html, prelude::*};
use miorai_charts::{
    ChartView, TimeRange,
    canvas::{Colours, Surface},
    interact,
};
use miorai_model::Timestamp;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Element, HtmlCanvasElement, HtmlElement, KeyboardEvent, PointerEvent, ResizeObserver};

/// A drag over fewer pixels is a click that slipped.
const LEAST_DRAG_PX: f64 = 6.0;
/// Names of the custom properties that a surface is painted with: series colours first.
const SERIES_COLOURS: usize = 8;

/// Width, height (CSS pixels) and device pixels for each, of a box on the page.
type Size = (f64, f64, f64);

/// Paints a chart whenever what it shows, its size or the colours change.
pub(crate) fn chart(state: ChartState, frame: NodeRef<html::Div>, canvas: NodeRef<html::Canvas>) {
    let size = size_of(frame);
    let surface: Rc<RefCell<Option<Surface>>> = Rc::default();
    let dashboard = state.dashboard;
    // The plot's left and right edge in the box, for the pointer.
    let edges = StoredValue::new((0.0, 0.0));
    Effect::new(move |_| {
        let (Some(canvas), Some((width, height, scale))) = (canvas.get(), size.get()) else { return };
        dashboard.theme.track();
        dashboard.shown.track();
        // Until the past has come, the server's drawing tells more.
        if !dashboard.store.with_value(SeriesStore::is_settled) {
            return;
        }
        let mut surface = surface.borrow_mut();
        let Some(surface) = surface_on(&mut surface, &canvas) else { return };
        surface.resize(width, height, scale);
        let offset = dashboard.utc_offset.get_untracked();
        let painted = state.draw(|spec, view, range| surface.draw(spec, view, range, offset, &colours()));
        if let Ok(layout) = painted {
            edges.set_value((layout.left, layout.left + layout.width));
            mark_painted(frame);
        }
    });
    crosshair(state, frame, edges);
    pointer(state, frame, edges);
}

/// Paints a sparkline with each frame.
pub(crate) fn sparkline(dashboard: Dashboard, def: SparkDef, frame: NodeRef<html::Div>, canvas: NodeRef<html::Canvas>) {
    let size = size_of(frame);
    let surface: Rc<RefCell<Option<Surface>>> = Rc::default();
    Effect::new(move |_| {
        let (Some(canvas), Some((width, height, scale))) = (canvas.get(), size.get()) else { return };
        let to = dashboard.shown.get().at.as_millis();
        dashboard.theme.track();
        let from = to - i64::from(SECONDS) * 1_000;
        let (times, values) = summed(dashboard, &def.keys, from, to);
        let mut surface = surface.borrow_mut();
        let Some(surface) = surface_on(&mut surface, &canvas) else { return };
        surface.resize(width, height, scale);
        let columns: &[&[f64]] = &[&values];
        let view = ChartView::new(&times, columns);
        let range = TimeRange { from_ms: from, to_ms: to };
        if surface.sparkline(view, range, def.unit, def.colour, &colours()).is_ok() {
            mark_painted(frame);
        }
    });
}

fn surface_on<'a>(surface: &'a mut Option<Surface>, canvas: &HtmlCanvasElement) -> Option<&'a mut Surface> {
    if surface.is_none() {
        *surface = Surface::on(canvas).ok();
    }
    surface.as_mut()
}

fn mark_painted(frame: NodeRef<html::Div>) {
    if let Some(frame) = frame.get_untracked() {
        let _ = frame.class_list().add_1("painted");
    }
}

/// The colours in force, as the style sheet has them.
fn colours() -> Colours {
    let style = document().document_element().and_then(|root| window().get_computed_style(&root).ok().flatten());
    let colour = |name: &str| {
        style
            .as_ref()
            .and_then(|style| style.get_property_value(name).ok())
            .map(|value| value.trim().to_owned())
            .unwrap_or_default()
    };
    Colours {
        series: std::array::from_fn::<_, SERIES_COLOURS, _>(|index| colour(&format!("--series-{}", index + 1))),
        grid: colour("--grid"),
        label: colour("--ink-dim"),
        threshold: colour("--threshold"),
        panel: colour("--panel"),
    }
}

/// Follows the size of a box.
fn size_of(frame: NodeRef<html::Div>) -> ReadSignal<Option<Size>> {
    let (size, set_size) = signal(None::<Size>);
    let measure = move |element: &Element| {
        let rect = element.get_bounding_client_rect();
        let measured = (rect.width(), rect.height(), window().device_pixel_ratio());
        if rect.width() > 0.0 && size.get_untracked() != Some(measured) {
            set_size.set(Some(measured));
        }
    };
    Effect::new(move |_| {
        let Some(frame) = frame.get() else { return };
        let element: Element = frame.into();
        measure(&element);
        let watched = element.clone();
        let on_resize = Closure::<dyn FnMut()>::new(move || measure(&watched));
        let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        // Both live in the browser's one thread as long as the box does.
        let held = StoredValue::new_local((observer, on_resize));
        on_cleanup(move || {
            held.try_with_value(|(observer, _)| observer.disconnect());
        });
    });
    size
}

/// Moves the crosshair of this chart to the moment that the pointer is on in any chart, and shows a zoom being drawn.
fn crosshair(state: ChartState, frame: NodeRef<html::Div>, edges: StoredValue<(f64, f64)>) {
    let x_of = move |at: i64| {
        let (from, to) = state.bounds();
        let (left, right) = edges.get_value();
        ((from..=to).contains(&at) && right > left)
            .then(|| interact::x_of(at, TimeRange { from_ms: from, to_ms: to }, left, right))
    };
    Effect::new(move |_| {
        let x = state.dashboard.hover.get().and_then(x_of);
        if let Some(line) = part(frame, ".crosshair") {
            place(&line, x.map(|x| (x, 0.0)));
            tell(&line, state, x);
        }
    });
    Effect::new(move |_| {
        let span = state.drag.get().and_then(|(a, b)| Some((x_of(a.min(b))?, x_of(a.max(b))?)));
        if let Some(area) = part(frame, ".selection") {
            place(&area, span.map(|(left, right)| (left, right - left)));
        }
    });
}

/// Writes the moment at the crosshair beside it, on the side where there is room.
fn tell(line: &HtmlElement, state: ChartState, x: Option<f64>) {
    let Some((at, x)) = state.dashboard.hover.get().zip(x) else { return };
    let (from, to) = state.bounds();
    let told = moment(Timestamp::from_millis(at), state.dashboard.utc_offset.get_untracked(), to - from);
    let _ = line.set_attribute("data-at", &told);
    let far = x > f64::from(line.offset_parent().map_or(0, |parent| parent.client_width())) / 2.0;
    let _ = line.class_list().toggle_with_force("far", far);
}

fn part(frame: NodeRef<html::Div>, selector: &str) -> Option<HtmlElement> {
    frame.get_untracked()?.query_selector(selector).ok()??.dyn_into().ok()
}

/// Puts an element at a place and width, or hides it.
fn place(element: &HtmlElement, span: Option<(f64, f64)>) {
    element.set_hidden(span.is_none());
    if let Some((left, width)) = span {
        let style = element.style();
        let _ = style.set_property("transform", &format!("translateX({}px)", left.round() as i32));
        let _ = style.set_property("width", &format!("{}px", width.round() as i32));
    }
}

/// Crosshair, zoom by dragging, back by a double click, and the same by keys.
fn pointer(state: ChartState, frame: NodeRef<html::Div>, edges: StoredValue<(f64, f64)>) {
    let address = Address::here();
    let hover = state.dashboard.hover;
    let show = move |view: View| super::address::show_view(address, view);
    let moment = move |event: &PointerEvent| {
        let frame = frame.get_untracked()?;
        let (left, right) = edges.get_value();
        let (from_ms, to_ms) = untrack(|| state.bounds());
        let x = f64::from(event.client_x()) - frame.get_bounding_client_rect().left();
        (right > left).then(|| interact::time_at(x.clamp(left, right), TimeRange { from_ms, to_ms }, left, right))
    };
    let pixels = move |ms: i64| {
        let (left, right) = edges.get_value();
        let (from, to) = untrack(|| state.bounds());
        (right - left) * ms as f64 / (to - from).max(1) as f64
    };
    let listen = move |frame: HtmlElement| {
        let on = |name: &str, handler: Closure<dyn FnMut(PointerEvent)>| {
            let _ = frame.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
            handler
        };
        let captured = frame.clone();
        let handlers = [
            on(
                "pointermove",
                Closure::new(move |event: PointerEvent| {
                    let at = moment(&event);
                    hover.set(at);
                    if let Some(at) = at {
                        state.drag.update(|drag| *drag = drag.map(|(start, _)| (start, at)));
                    }
                }),
            ),
            on(
                "pointerleave",
                Closure::new(move |_| {
                    hover.set(None);
                    state.drag.set(None);
                }),
            ),
            on(
                "pointerdown",
                Closure::new(move |event: PointerEvent| {
                    if event.button() == 0 && event.pointer_type() != "touch" {
                        let _ = captured.set_pointer_capture(event.pointer_id());
                        state.drag.set(moment(&event).map(|at| (at, at)));
                    }
                }),
            ),
            on(
                "pointerup",
                Closure::new(move |_| {
                    let Some((a, b)) = state.drag.get_untracked() else { return };
                    state.drag.set(None);
                    if pixels((a - b).abs()) >= LEAST_DRAG_PX {
                        show(View::between(a.min(b), a.max(b)));
                    }
                }),
            ),
            on("dblclick", Closure::new(move |_| unzoom(address))),
        ];
        let keys = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| on_key(state, &event, &show));
        let _ = frame.add_event_listener_with_callback("keydown", keys.as_ref().unchecked_ref());
        StoredValue::new_local((handlers, keys))
    };
    Effect::new(move |_| {
        if let Some(frame) = frame.get() {
            listen(frame.into());
        }
    });
}

/// Arrows move the crosshair by a fiftieth of what is shown, plus and minus zoom around it.
fn on_key(state: ChartState, event: &KeyboardEvent, show: &impl Fn(View)) {
    let (from, to) = untrack(|| state.bounds());
    let hover = state.dashboard.hover;
    let at = hover.get_untracked().unwrap_or(to);
    let span = to - from;
    let zoomed = |factor: f64| {
        let half = (span as f64 * factor / 2.0) as i64;
        View::between(at - half, at + half)
    };
    match event.key().as_str() {
        "ArrowLeft" => hover.set(Some((at - span / 50).max(from))),
        "ArrowRight" => hover.set(Some((at + span / 50).min(to))),
        "+" | "=" => show(zoomed(0.5)),
        "-" => show(zoomed(2.0)),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}
