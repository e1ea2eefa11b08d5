//! What has to be told: an error that ended the worker, or what could not be done.

use yew::prelude::*;

use super::store::RunProps;
use crate::state::Action;

#[component]
pub(crate) fn Notices(props: &RunProps) -> Html {
    let (run, link) = (&props.run, &props.link);
    if let Some(crash) = &run.crash {
        let restart = {
            let link = link.clone();
            Callback::from(move |_: MouseEvent| link.restart())
        };
        return html! {
            <div class="notices fault" role="alert" data-testid="crash">
                <p>
                    <b>{"The worker stopped because of an error."}</b>
                    <span>{format!("It said: {}. The curve above its last batch is still here; a restart offers to go on from what was kept of the run, or begins anew.", crash.reason.trim_end_matches('.'))}</span>
                </p>
                <button class="primary" data-testid="restart" onclick={restart}>{"Restart"}</button>
            </div>
        };
    }
    if run.notices.is_empty() {
        return html! {};
    }
    let dismiss = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.dispatch(Action::DismissNotices))
    };
    html! {
        <div class="notices" role="alert" data-testid="notices">
            <ul>{for run.notices.iter().map(|notice| html! { <li>{notice.0.clone()}</li> })}</ul>
            <button class="link" data-testid="dismiss" onclick={dismiss}>{"Understood"}</button>
        </div>
    }
}
