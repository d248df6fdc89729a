// A virtual vehicle of the independent package vda-5050-lib (VDA 5050 2.0.0), for the tests.
// Started with one argument: its settings as JSON. Lives until it is killed.
const { AgvController, VirtualAgvAdapter } = require("vda-5050-lib");

const settings = JSON.parse(process.argv[2]);
const vehicle = new AgvController(
  { manufacturer: settings.manufacturer, serialNumber: settings.serial },
  {
    interfaceName: settings.interface,
    vdaVersion: "2.0.0",
    transport: { brokerUrl: settings.url, heartbeat: 2, reconnectPeriod: 200 },
  },
  {
    agvAdapterType: VirtualAgvAdapter,
    publishVisualizationInterval: 100,
    publishStateInterval: settings.statePeriod,
  },
  {
    initialPosition: { mapId: "lobby", x: 1, y: 1, theta: 0, lastNodeId: "home" },
    initialBatteryCharge: 80,
    vehicleSpeed: 0.8,
    tickRate: 20,
    timeLapse: settings.factor,
  },
);
process.on("disconnect", () => process.exit(0));
vehicle.start().then(
  () => console.log("ready"),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
