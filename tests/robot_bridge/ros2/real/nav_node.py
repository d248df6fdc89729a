"""A robot with a stand-in for Nav2, in real ROS 2 (Python 3.10, rclpy): it drives straight.

Says ``ready`` on stdout; every line of stdin is a JSON object of fields to set, or ``rival``: a
goal that another client sends.
"""

import json
import math
import sys
import threading

import rclpy
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav2_msgs.action import NavigateToPose
from nav2_msgs.msg import SpeedLimit
from nav_msgs.msg import Odometry
from rclpy.action import ActionClient, ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import BatteryState

ACTION = "/navigate_to_pose"
PERIOD = 0.05


class Nav(Node):
    def __init__(self):
        super().__init__("bt_navigator")
        self.x, self.y, self.theta, self.speed = 1.0, 1.0, 0.0, 0.0
        self.limit = 0.6
        self.percentage = math.nan
        self.refuses = self.ignores_cancel = False
        self.aborts = 0
        self.running = self.target = self.posed = None
        self.ticked = threading.Condition()
        group = ReentrantCallbackGroup()
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.pose_out = self.create_publisher(PoseWithCovarianceStamped, "/amcl_pose", latched)
        self.odom_out = self.create_publisher(Odometry, "/odom", 10)
        self.battery_out = self.create_publisher(BatteryState, "/battery_state", 10)
        self.create_subscription(SpeedLimit, "/speed_limit", self.take_limit, 10)
        self.create_timer(PERIOD, self.tick, callback_group=group)
        self.create_timer(0.5, self.say_battery, callback_group=group)
        self.server = ActionServer(
            self,
            NavigateToPose,
            ACTION,
            self.execute,
            callback_group=group,
            goal_callback=lambda _: GoalResponse.REJECT if self.refuses else GoalResponse.ACCEPT,
            cancel_callback=lambda _: (
                CancelResponse.REJECT if self.ignores_cancel else CancelResponse.ACCEPT
            ),
        )
        self.client = ActionClient(self, NavigateToPose, ACTION, callback_group=group)

    def take_limit(self, message):
        self.limit = message.speed_limit or 0.6

    def say_battery(self):
        state = BatteryState(percentage=float(self.percentage), power_supply_status=2)
        self.battery_out.publish(state)

    def tick(self):
        with self.ticked:
            self.ticked.notify_all()
        target = self.target
        if target is None:
            self.speed = max(0.0, self.speed - 6.0 * PERIOD)
        else:
            far = math.dist((self.x, self.y), target)
            self.speed = min(self.limit, self.speed + PERIOD, math.sqrt(2 * far))
            if far > 0.05:
                self.theta = math.atan2(target[1] - self.y, target[0] - self.x)
        self.x += math.cos(self.theta) * self.speed * PERIOD
        self.y += math.sin(self.theta) * self.speed * PERIOD
        self.say_odometry()
        if self.posed is None or math.dist(self.posed, (self.x, self.y)) > 0.2:
            self.say_pose()

    def say_odometry(self):
        odometry = Odometry()
        odometry.header.frame_id = "odom"
        self.place(odometry.pose.pose, self.x - 1.0, self.y - 1.0)
        odometry.twist.twist.linear.x = self.speed
        self.odom_out.publish(odometry)

    def say_pose(self):
        self.posed = (self.x, self.y)
        pose = PoseWithCovarianceStamped()
        pose.header.frame_id = "map"
        self.place(pose.pose.pose, self.x, self.y)
        pose.pose.covariance[0] = pose.pose.covariance[7] = 0.05
        self.pose_out.publish(pose)

    def place(self, pose, x, y):
        pose.position.x, pose.position.y = x, y
        pose.orientation.z, pose.orientation.w = math.sin(self.theta / 2), math.cos(self.theta / 2)

    def execute(self, goal):
        result = NavigateToPose.Result()
        if self.aborts:
            result.error_code, result.error_msg = self.aborts, "no valid path"
            goal.abort()
            return result
        self.running = goal
        place = goal.request.pose.pose.position
        self.target = (place.x, place.y)
        while rclpy.ok():
            with self.ticked:
                self.ticked.wait(1.0)
            if self.running is not goal:
                goal.abort()  # another goal has taken its place
                return result
            if goal.is_cancel_requested:
                self.target = self.running = None
                goal.canceled()
                return result
            far = math.dist((self.x, self.y), (place.x, place.y))
            goal.publish_feedback(NavigateToPose.Feedback(distance_remaining=far))
            if far < 0.1:
                self.target = self.running = None
                goal.succeed()
                return result
        return result

    def obey(self, order):
        for name, value in order.items():
            if name == "rival":
                goal = NavigateToPose.Goal()
                goal.pose.header.frame_id = "map"
                goal.pose.pose.position.x, goal.pose.pose.position.y = value
                self.client.send_goal_async(goal)
            else:
                setattr(self, name, value)


def listen(nav):
    for line in sys.stdin:
        nav.obey(json.loads(line))


def main():
    rclpy.init()
    nav = Nav()
    executor = MultiThreadedExecutor(6)
    executor.add_node(nav)
    threading.Thread(target=listen, args=(nav,), daemon=True).start()
    print("ready", flush=True)
    executor.spin()


main()
