"""Every command, by importing the modules that declare them; one line each."""

import kithmap.cli.answers
import kithmap.cli.audit_sample
import kithmap.cli.backup
import kithmap.cli.builds
import kithmap.cli.demo
import kithmap.cli.disproportion
import kithmap.cli.governance
import kithmap.cli.jobs
import kithmap.cli.private
import kithmap.cli.records
import kithmap.cli.redact
import kithmap.cli.registers
import kithmap.cli.releases
import kithmap.cli.review
import kithmap.cli.serve
import kithmap.cli.sources
import kithmap.cli.subject
import kithmap.cli.workspace  # noqa: F401
