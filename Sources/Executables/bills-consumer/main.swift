import Pipeline

RoleProcess.runConsumer(of: .bills)
