use units::order;

use crate::{Lane, Rates, Service};

/// The lanes of a price that is being read.
#[derive(Clone, Debug, Default)]
pub struct Lanes(Vec<Lane>);

impl Lanes {
    /// The prices in a service tier, at the usual or the peak hours, above a size; none at first.
    pub fn at(&mut self, service: Service, peak: bool, above: u64) -> &mut Rates {
        let place = |lane: &Lane| (lane.service, lane.peak, lane.above) == (service, peak, above);
        let index = self.0.iter().position(place).unwrap_or_else(|| {
            self.0.push(Lane { service, peak, above, ..Lane::default() });
            self.0.len() - 1
        });
        &mut self.0[index].rates
    }

    /// The standard prices.
    pub fn base(&mut self) -> &mut Rates {
        self.at(Service::Standard, false, 0)
    }

    /// Each lane's prices.
    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut Rates> {
        self.0.iter_mut().map(|lane| &mut lane.rates)
    }

    /// In the order of a price, each told as a share of the standard one where it is one.
    pub fn finish(self) -> Vec<Lane> {
        let mut lanes = self.0;
        lanes.retain(|lane| lane.above == 0 || !lane.rates.is_empty());
        order::sort_by_key(&mut lanes, |lane| (lane.service, lane.peak, lane.above));
        let standard = lanes.partition_point(|lane| lane.service == Service::Standard && !lane.peak);
        let (standard, others) = lanes.split_at_mut(standard);
        for lane in others {
            if let Some(standard) = standard.iter().find(|other| other.above == lane.above) {
                lane.find_share(&standard.rates);
            }
        }
        lanes
    }
}
