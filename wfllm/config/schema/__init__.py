"""The typed schema of every config group: one class a part, one docstring a field, defaults here alone.

YAML in `conf/` names what an option changes; everything it leaves out has the value given here. The
tables of the reference pages are generated from these classes. Nothing heavy is imported.
"""

from wfllm.config.schema.base import *
from wfllm.config.schema.build import *
from wfllm.config.schema.command import *
from wfllm.config.schema.commands_models import *
from wfllm.config.schema.commands_runs import *
from wfllm.config.schema.commands_shortcuts import *
from wfllm.config.schema.data import *
from wfllm.config.schema.evaluation import *
from wfllm.config.schema.judge import *
from wfllm.config.schema.llm import *
from wfllm.config.schema.logger import *
from wfllm.config.schema.model import *
from wfllm.config.schema.prompts import *
from wfllm.config.schema.strategy import *
from wfllm.config.schema.sweep import *
from wfllm.config.schema.table import *
from wfllm.config.schema.thoughts import *
from wfllm.config.schema.training import *
