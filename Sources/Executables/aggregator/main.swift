import Pipeline

RoleProcess.runAggregator()
