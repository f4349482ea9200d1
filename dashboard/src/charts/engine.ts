import { BarChart, LineChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

// What the chart forms use and no more: this file is loaded when the first chart is drawn.
use([BarChart, LineChart, GridComponent, SVGRenderer, CanvasRenderer]);

export { init };
