// What Frontend's script adds to staff pages. Every page works without it.
import { Button, Checkboxes, ErrorSummary, Radios, SkipLink, Tabs, createAll } from "govuk-frontend"

document.body.classList.add("js-enabled", "govuk-frontend-supported")
for (const component of [Button, Checkboxes, ErrorSummary, Radios, SkipLink, Tabs]) createAll(component)
