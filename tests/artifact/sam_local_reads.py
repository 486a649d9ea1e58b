"""What AWS SAM's own library finds in a template. Runs in the environment of aws-sam-cli; prints JSON.

python sam_local_reads.py <template> [<environment file>]
"""

import json
import sys
from pathlib import Path
from typing import Any

from samcli.commands.local.lib.local_lambda import LocalLambdaRunner  # type: ignore[import-not-found]
from samcli.lib.providers.api_provider import ApiProvider  # type: ignore[import-not-found]
from samcli.lib.providers.sam_function_provider import SamFunctionProvider  # type: ignore[import-not-found]
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider  # type: ignore[import-not-found]


class _NoRuntime:
    """Nothing is run here: that takes Docker."""

    layer_downloader = None


def main(template: str, environment: str | None) -> dict[str, Any]:
    """The routes with their functions and authorizers, and each function's layers and variables as they would be."""
    stacks, _ = SamLocalStackProvider.get_stacks(template)
    functions = SamFunctionProvider(stacks)
    said = json.loads(Path(environment).read_text()) if environment else {}
    runner = LocalLambdaRunner(
        _NoRuntime(), functions, str(Path(template).parent), None, env_vars_values=said, debug_context=None
    )
    return {
        "routes": {
            f"{method} {route.path}": [
                route.function_name,
                route.authorizer_object and route.authorizer_object.lambda_name,
            ]
            for route in ApiProvider(stacks, cwd=str(Path(template).parent)).routes
            for method in route.methods
        },
        "functions": {
            function.name: {
                "code": function.codeuri,
                "architecture": function.architecture,
                "layers": [layer.codeuri for layer in function.layers],
                "variables": runner._make_env_vars(function).resolve(),  # the way it makes them for a container
            }
            for function in functions.get_all()
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)))
