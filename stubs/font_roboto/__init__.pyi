Roboto: str
RobotoBold: str
