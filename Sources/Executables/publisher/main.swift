import Pipeline

RoleProcess.runPublisher()
