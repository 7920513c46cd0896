// Enhancements only: every page does its work without them.
import { Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink, createAll } from "govuk-frontend";
import "htmx.org";
import { start as startAnnouncing } from "./announce.js";
import { start as startReviewing } from "./review.js";
import { start as startTimeOut } from "./time_out.js";

document.body.classList.add("js-enabled", ...("noModule" in HTMLScriptElement.prototype ? ["govuk-frontend-supported"] : []));
for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink]) createAll(component);
for (const link of document.querySelectorAll("[data-print]")) {
  link.hidden = false;
  link.addEventListener("click", () => window.print());
}
startTimeOut();
startAnnouncing();
startReviewing();
