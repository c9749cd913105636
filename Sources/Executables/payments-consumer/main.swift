import Pipeline

RoleProcess.runConsumer(of: .payments)
