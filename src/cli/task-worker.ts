// The program of the worker that does the commands' tasks.
import { serveTasks } from "../runners/node-task-worker.node.ts";
import { commandTasks } from "./tasks.ts";

serveTasks(commandTasks);
