using ExactCompression.Gpu.Kernels;
using ExactCompression.Networks;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The passes over a batch as sequences of kernel launches. Launches only queue up: nothing here waits for the device.</summary>
/// <param name="kernels">The kernels.</param>
/// <param name="shape">How work is divided into groups.</param>
/// <param name="network">The network on the device.</param>
/// <param name="signTargets">What is wanted, and what has been found.</param>
internal sealed class DeviceSchedule(DeviceKernels kernels, LaunchShape shape, DeviceNetwork network, DeviceTargets signTargets)
{
    private readonly DevicePlan plan = network.Plan;
    private int pass;

    /// <summary>Clips points, stored as rows, into the batch's columns, and resets momentum.</summary>
    public void Take(DeviceBatch batch, MatrixView points)
    {
        kernels.Take(shape.Elements(batch.Count, plan.Widths[0]), points, network.Lower, network.Upper, batch.Values(0));
        batch.Momentum.BaseView.MemSetToZero();
    }

    /// <summary>
    /// One launch for each term of the layers up to the last that matters, and one that gathers the candidates of all of them.
    /// </summary>
    public void Forward(DeviceBatch batch)
    {
        pass++;
        signTargets.HasGrown = false;
        if (signTargets.Deepest == 0)
            return;
        int last = plan.ValueOf(signTargets.Deepest);
        foreach (int value in plan.Values)
        {
            Compute(batch, value, value == last);
            if (value == last)
                break;
        }

        kernels.Candidates(
            shape.GroupEach(signTargets.Wanted.IntLength),
            signTargets.Wanted,
            batch.Largest,
            signTargets.Largest,
            batch.Values(0),
            signTargets.Proposed,
            signTargets.Places,
            signTargets.Kept,
            signTargets.Found,
            pass);
    }

    /// <summary>Keeps points of the last forward pass to start attacks from.</summary>
    public void KeepStarts(DeviceBatch batch, int first)
    {
        if (signTargets.Deepest > 0 && !signTargets.HasGrown)
            kernels.Starts(shape.GroupEach(signTargets.Wanted.IntLength), signTargets.Wanted, batch.Largest, signTargets.Starts, first);
    }

    /// <summary>
    /// The gradient of each point's target with respect to the point, layer by layer from the target's down; valid until the next.
    /// </summary>
    /// <returns>Inputs x points.</returns>
    public MatrixView Differentiate(DeviceBatch batch, int layer)
    {
        BackwardPlan way = plan.Backward(layer);
        IReadOnlyList<IDeviceMap> terms = network.Terms(plan.ValueOf(layer));
        foreach (BackwardPlan.Contribution share in way.Seeds)
            terms[share.Term].Seed(batch.Targets, batch.Signs, Into(batch, share));
        foreach (BackwardPlan.Step step in way.Steps)
        {
            MatrixView gradient = batch.Gradient(step.Slot, plan.WidthOf(step.Value));
            foreach (BackwardPlan.Contribution share in step.Below)
                network.Terms(step.Value)[share.Term].Pull(gradient, Into(batch, share));
        }

        MatrixView byInput = batch.Gradient(way.InputSlot, plan.Widths[0]);
        if (!way.ReachesInput)
            byInput.BaseView.MemSetToZero();
        return byInput;
    }

    /// <summary>One step along that gradient.</summary>
    public void Step(DeviceBatch batch, MatrixView gradient, float step, float momentum)
    {
        kernels.MeanMagnitude(shape.Columns(batch.Count), gradient, batch.Mean);
        kernels.Step(
            shape.Elements(batch.Count, plan.Widths[0]),
            gradient,
            batch.Mean,
            batch.Momentum,
            batch.Values(0),
            network.Lower,
            network.Upper,
            network.Width,
            step,
            momentum);
    }

    /// <summary>One point.</summary>
    public void GatherPoint(DeviceBatch batch, int index, ArrayView<float> point) =>
        kernels.GatherColumn(shape.ThreadEach(plan.Widths[0]), batch.Values(0), index, point);

    /// <summary>A layer: its first term with the biases, the others added to it, and the extremes of its neurons.</summary>
    private void Compute(DeviceBatch batch, int value, bool isLast)
    {
        IReadOnlyList<LinearTerm> sources = plan.LayerOf(value).Terms;
        IReadOnlyList<IDeviceMap> terms = network.Terms(value);
        int number = plan.NumberOf(value), first = number > 0 ? signTargets.FirstNeuron(number) : 0;
        bool isWanted = number > 0 && signTargets.HasWanted(number), isStored = !isLast || !plan.HasFreeRows(value);
        ArrayView<int> rows = isStored ? signTargets.AllRows(plan.WidthOf(value)) : signTargets.Rows(number);
        MatrixView z = batch.Values(isStored ? value : 0);
        for (int k = 0; k < terms.Count; k++)
        {
            int source = sources[k].Source;
            bool findsExtremes = isWanted && k == terms.Count - 1 && terms[k].FindsExtremes;
            int outputs = (isStored ? AffineKernel.Values : 0)
                | (findsExtremes ? AffineKernel.Extremes : 0)
                | (k > 0 ? AffineKernel.Add : 0);
            terms[k].Apply(new(
                batch.Values(source), plan.FloorOf(source), network.Bias(value), rows, outputs, z, first, batch.Largest));
        }

        if (isWanted && !terms[^1].FindsExtremes)
        {
            ArrayView<int> wanted = signTargets.Rows(number);
            kernels.Graph.Extremes(shape.RowTiles(batch.Count, wanted.IntLength), z, wanted, first, batch.Largest);
        }
    }

    private BackwardCall Into(DeviceBatch batch, BackwardPlan.Contribution share) => new(
        batch.Values(share.Source), plan.FloorOf(share.Source), share.IsFirst ? 0 : 1, batch.Gradient(share.Slot, share.Width));
}
