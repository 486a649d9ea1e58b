"""The command line: `rightful --stack <name> <command>`, or with the tables in the environment as a function has them.

organization create NAME [--domain D]... [--admin "Ines"]   first steps after a deployment
directory create ORGANIZATION NAME [--profile entra]        a directory, with its SCIM URL and key
organization list|show|rename|delete                        which there are; the end of one: offboarding
organization sign-in ORGANIZATION [--issuer I --client-id C --owner V ...]   how its people sign in to the console
directory list|rename|delete                                the same for an organization's directories
domain add|remove ORGANIZATION DOMAIN
domain show DOMAIN                                          whose it is
token issue --scope scim|admin|app|operator --owner NAME [--organization O] [--directory D] [--days N|--no-end]
token list|revoke                                           which keys there are, whose; the end of one
account deactivate ACCOUNT --reason TEXT                    end a person's access now
pause|resume ORGANIZATION --reason TEXT                     the brake of an organization
conflict show|retry ORGANIZATION CONFLICT                   why it is open; examine it again
check [--repair] [--json]                                   does everything agree?
import FILE --organization O [--directory D] | --personal [--dry-run]   accounts of an existing system
restore TABLE [--missing] [--different] [--extra] [--keys]  what a restored table has, back into the stack's
redrive                                                     dead letters back to their queue
address-hash ADDRESS                                        what logs hold in its place
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rightful import __version__
from rightful.domain.key import Scope
from rightful.domain.request_error import RequestError
from rightful.operations.aws_errors import AWS_ERRORS, sentence_of
from rightful.operations.deployment import OperationError, of_environment, of_stack, region_of
from rightful.operations.imports.rows import RowError
from rightful.operations.tasks import directories as directory_tasks
from rightful.operations.tasks import incidents as incident_tasks
from rightful.operations.tasks import keys as key_tasks
from rightful.operations.tasks import organizations as organization_tasks
from rightful.operations.tasks import service as tasks
from rightful.operations.tasks import sign_in as sign_in_tasks
from rightful.operations.tasks.imports import import_file
from rightful.operations.tasks.restore import restore_table
from rightful.ports.writes.transaction import ContendedError
from rightful.scim.profiles import PROFILE_NAMES

FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says.

    Returns:
        The exit code: 0 all is well, 1 somebody has to look at what was printed, 2 it could not be done.
    """
    parsed = parser().parse_args(arguments)
    try:
        region = region_of(parsed.region)
        deployment = of_stack(parsed.stack, region) if parsed.stack else of_environment(region=region)
        sys.stderr.write(f"{deployment.where}\n")
        task: tasks.Task = parsed.task
        return task(deployment, parsed, sys.stdout)
    except (OperationError, RequestError, RowError) as error:
        sys.stderr.write(f"{error}\n")
    except ContendedError:
        sys.stderr.write(
            "Other changes of the same data kept coming in between. Run it again: nothing is done twice.\n"
        )
    except AWS_ERRORS as error:
        sys.stderr.write(f"{sentence_of(error)}\n")
    except FileNotFoundError as error:
        sys.stderr.write(f"There is no file {error.filename}.\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'A file'} cannot be read or written: {error.strerror}.\n")
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Run it again to go on: nothing is done twice.\n")
    return FAILED


def parser() -> argparse.ArgumentParser:
    """The command line, as it is."""
    made = argparse.ArgumentParser(prog="rightful", description="Operate a deployment of Rightful.")
    made.add_argument("--version", action="version", version=f"rightful {__version__}")
    made.add_argument("--stack", help="name of the CloudFormation stack; else the environment names the tables")
    made.add_argument("--region", help="else AWS_REGION, AWS_DEFAULT_REGION, or the profile's")
    commands = made.add_subparsers(required=True, metavar="command")
    _add_settings(commands)
    checking = commands.add_parser("check", help="whether indexes, accounts, conflicts and counters agree")
    checking.add_argument("--repair", action="store_true", help="repair what can be repaired")
    checking.add_argument("--json", action="store_true", help="print a JSON document")
    checking.set_defaults(task=tasks.check_table)
    importing = commands.add_parser("import", help="take over the accounts of an existing system")
    importing.add_argument("file", type=Path, help=".csv, or JSON Lines")
    importing.add_argument("--organization", help="the organization that manages them")
    importing.add_argument("--directory", help="the directory that provisions them; else they are linked later")
    importing.add_argument("--personal", action="store_true", help="they are their people's own, of no organization")
    importing.add_argument("--dry-run", action="store_true", help="only say what would be done, and write the report")
    importing.add_argument("--report", type=Path, help="where lines that were not imported go (FILE.conflicts.csv)")
    importing.add_argument("--at-once", type=int, default=8, help="how many lines at a time (8)")
    importing.set_defaults(task=import_file)
    restoring = commands.add_parser("restore", help="compare the stack's table with a restored one, and put items back")
    restoring.add_argument("table", help="name of the restored table; without an option, it is only compared")
    restoring.add_argument("--missing", action="store_true", help="put back what the stack's table does not have")
    restoring.add_argument("--different", action="store_true", help="overwrite what it has otherwise, newer or not")
    restoring.add_argument("--extra", action="store_true", help="remove what the restored table does not have")
    restoring.add_argument("--keys", action="store_true", help="keys, too: those that were revoked since open again")
    restoring.add_argument("--remove", type=int, metavar="N", help="how many items --extra removes, if they are many")
    restoring.add_argument("--confirm", metavar="STACK", help="the stack's name, where nobody can be asked for it")
    restoring.add_argument("--at-once", type=int, default=32, help="how many items at a time (32)")
    restoring.set_defaults(task=restore_table)
    commands.add_parser("redrive", help="send dead letters back to their queue").set_defaults(task=tasks.redrive_queue)
    hashing = commands.add_parser("address-hash", help="what logs hold in the place of an address")
    hashing.add_argument("address")
    hashing.set_defaults(task=tasks.print_hash)
    return made


def _add_settings(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    organization = commands.add_parser("organization", help="organizations").add_subparsers(required=True)
    creating = organization.add_parser("create", help="a new organization, and a key to administer it")
    creating.add_argument("name")
    creating.add_argument("--domain", action="append", default=[], help="a domain that it has proved to own")
    creating.add_argument("--any-domain", action="store_true", help="it may use any domain: for a single tenant")
    creating.add_argument("--admin", default="First administrator", help="the person who gets the admin key")
    _add_end(creating, "365 days")
    creating.set_defaults(task=tasks.create_organization)
    organization_tasks.add_to(organization)
    sign_in_tasks.add_to(organization)
    directory = commands.add_parser("directory", help="directories").add_subparsers(required=True)
    connecting = directory.add_parser("create", help="a directory, its SCIM base URL and key")
    connecting.add_argument("organization", help="the organization's id")
    connecting.add_argument("name")
    connecting.add_argument(
        "--profile", default="generic", choices=sorted(PROFILE_NAMES), help="how its IdP speaks SCIM"
    )
    _add_end(connecting, "never")
    connecting.set_defaults(task=tasks.create_directory)
    directory_tasks.add_to(directory)
    domain = commands.add_parser("domain", help="domains").add_subparsers(required=True)
    adding = domain.add_parser("add", help="a domain that an organization has proved to own")
    adding.add_argument("organization", help="the organization's id")
    adding.add_argument("domain")
    adding.set_defaults(task=tasks.add_domain)
    removing = domain.add_parser("remove", help="no more addresses are claimed on it; accounts keep theirs")
    removing.add_argument("organization", help="the organization's id")
    removing.add_argument("domain")
    removing.set_defaults(task=tasks.remove_domain)
    showing = domain.add_parser("show", help="which organization has verified a domain")
    showing.add_argument("domain")
    showing.set_defaults(task=tasks.show_domain)
    token = commands.add_parser("token", help="keys").add_subparsers(required=True)
    issuing = token.add_parser("issue", help="a new key, shown once")
    issuing.add_argument("--scope", required=True, choices=[scope.value for scope in Scope])
    issuing.add_argument("--owner", required=True, help="the person or system that it is given to")
    issuing.add_argument("--organization", help="for scim and admin: the organization's id")
    issuing.add_argument("--directory", help="for scim: the directory's id")
    _add_end(issuing, "365 days for admin and operator, never for scim and app")
    issuing.set_defaults(task=tasks.issue_token)
    key_tasks.add_to(token)
    incident_tasks.add_to(commands)


def _add_end(making: argparse.ArgumentParser, otherwise: str) -> None:
    making.add_argument("--days", type=int, help=f"after how many days its key expires ({otherwise})")
    making.add_argument("--no-end", action="store_true", help="its key does not expire: for one that lies in a safe")
